import { Transform } from 'node:stream';

/** Passes bytes on, up to so many, then fails: what comes from outside, or is unpacked, may have no end. */
export function limitBytes(bytesAtMost: number, tooLarge: () => Error): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > bytesAtMost) {
        done(tooLarge());
      } else {
        done(null, chunk);
      }
    },
  });
}
