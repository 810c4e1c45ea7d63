/** Most files copied at a time: each waits for its disk, and a disk that is asked for several writes them together. */
const atOnce = 16;

/** Does something for each item, several at a time. After a failure no more are begun, and those under way are waited for. */
export async function eachInParallel<Item>(items: Iterable<Item>, act: (item: Item) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  async function work(): Promise<void> {
    for (let next = left.next(); !next.done && !failed; next = left.next()) {
      try {
        await act(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
  const failure = ended.find((each) => each.status === 'rejected');
  if (failure) throw failure.reason;
}
