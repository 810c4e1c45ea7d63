/**
 * Waits for the first piece, so that what goes wrong at once is an answer of its own and not a cut one. The rest comes as it
 * is asked for; `return` ends it, also where nothing was taken.
 */
export async function beginEarly(pieces: AsyncGenerator<string>): Promise<AsyncIterableIterator<string>> {
  let first: IteratorResult<string> | undefined = await pieces.next();
  const begun: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => begun,
    next: async () => {
      const taken = first;
      first = undefined;
      return taken ?? pieces.next();
    },
    return: async () => {
      await pieces.return(undefined);
      return { done: true, value: undefined };
    },
  };
  return begun;
}
