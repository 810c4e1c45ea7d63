/** All pieces of an answer in memory; `refuse` is called when they grow beyond the bytes allowed, and must throw. */
export async function joinPieces(
  pieces: AsyncIterable<string | Buffer>,
  atMostBytes = Number.POSITIVE_INFINITY,
  refuse: () => void = () => undefined,
): Promise<Buffer> {
  const joined: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    joined.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    bytes += piece.length;
    if (bytes > atMostBytes) {
      refuse();
    }
  }
  return Buffer.concat(joined);
}
