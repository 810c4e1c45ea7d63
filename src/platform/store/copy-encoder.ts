const firstBytes = 1 << 16;

/**
 * Rows of one table in the binary form of `COPY` (PostgreSQL manual, sql-copy.html). A row is begun with the number of
 * its fields, which then follow in the order of the columns.
 */
export class CopyEncoder {
  #bytes: Buffer<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;
  #starts: number[] = [];
  #owners: number[] = [];

  /** Writes into the given memory as far as it suffices. */
  constructor(memory: ArrayBuffer = new ArrayBuffer(firstBytes)) {
    this.#bytes = Buffer.from(memory);
    this.#view = new DataView(memory);
  }

  /** `owner` is the place of the write that the row belongs to. */
  begin(owner: number, fields: number): void {
    this.#starts.push(this.#length);
    this.#owners.push(owner);
    this.#reserve(2);
    this.#view.setInt16(this.#length, fields);
    this.#length += 2;
  }

  null(): void {
    this.#begin(-1, 0);
  }

  smallint(value: number): void {
    const at = this.#begin(2, 2); // may replace the view
    this.#view.setInt16(at, value);
  }

  integer(value: number): void {
    const at = this.#begin(4, 4); // may replace the view
    this.#view.setInt32(at, value);
  }

  bigint(value: bigint): void {
    const at = this.#begin(8, 8); // may replace the view
    this.#view.setBigInt64(at, value);
  }

  text(value: string | null | undefined): void {
    if (value === null || value === undefined) {
      this.null();
      return;
    }
    this.#reserve(4 + value.length * 3);
    const length = this.#write(value, this.#length + 4);
    this.#view.setInt32(this.#length, length);
    this.#length += 4 + length;
  }

  /** A moment in milliseconds since 1970; without an end where it is infinite. */
  timestamp(moment: number): void {
    const at = this.#begin(8, 8);
    const microseconds = (moment - sinceMs) * 1000;
    if (Number.isSafeInteger(microseconds)) {
      const high = Math.floor(microseconds / 2 ** 32);
      this.#view.setInt32(at, high);
      this.#view.setUint32(at + 4, microseconds - high * 2 ** 32);
    } else if (Number.isFinite(moment)) {
      this.#view.setBigInt64(at, BigInt(moment - sinceMs) * 1000n);
    } else {
      this.#view.setBigInt64(at, moment < 0 ? -(2n ** 63n) : 2n ** 63n - 1n);
    }
  }

  bigints(values: readonly bigint[]): void {
    const bytes = values.length === 0 ? 12 : 20 + values.length * 12;
    let at = this.#begin(bytes, bytes);
    this.#view.setInt32(at, values.length === 0 ? 0 : 1);
    this.#view.setInt32(at + 4, 0);
    this.#view.setInt32(at + 8, bigintTypeId);
    if (values.length === 0) {
      return;
    }
    this.#view.setInt32(at + 12, values.length);
    this.#view.setInt32(at + 16, 1);
    at += 20;
    for (const value of values) {
      this.#view.setInt32(at, 8);
      this.#view.setBigInt64(at + 4, value);
      at += 12;
    }
  }

  /** A `tsvector` of words without positions, which PostgreSQL puts in its own order. */
  words(values: readonly string[]): void {
    const field = this.#length;
    this.#begin(0, 8);
    this.#view.setInt32(field + 4, values.length);
    this.#length += 4;
    const text = values.length === 0 ? '' : `${values.join(endOfWord)}${endOfWord}`;
    this.#reserve(text.length * 3);
    this.#length += this.#write(text, this.#length);
    this.#view.setInt32(field, this.#length - field - 4);
  }

  /** A `numeric` of just the digits that JavaScript prints. */
  numeric(value: number): void {
    if (!Number.isFinite(value)) {
      const at = this.#begin(8, 8);
      this.#view.setInt32(at, 0);
      this.#view.setUint16(at + 4, value < 0 ? 0xf000 : 0xd000);
      this.#view.setInt16(at + 6, 0);
      return;
    }
    const { groups, weight, scale } = toGroups(Math.abs(value));
    const bytes = 8 + groups.length * 2;
    const at = this.#begin(bytes, bytes);
    this.#view.setInt16(at, groups.length);
    this.#view.setInt16(at + 2, weight);
    this.#view.setUint16(at + 4, value < 0 ? 0x4000 : 0);
    this.#view.setInt16(at + 6, scale);
    groups.forEach((group, index) => this.#view.setInt16(at + 8 + index * 2, group));
  }

  /** What was written, in the memory it was written into; nothing may be added any more. */
  finish(): CopiedTable {
    this.#starts.push(this.#length);
    return {
      bytes: new Uint8Array(this.#bytes.buffer, 0, this.#length),
      starts: new Uint32Array(this.#starts),
      owners: new Uint32Array(this.#owners),
    };
  }

  /** Writes a text as UTF-8 and gives its length; the call into the runtime costs more than a short loop. */
  #write(text: string, start: number): number {
    const { length } = text;
    if (length > shortText) {
      return this.#bytes.write(text, start);
    }
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) {
        return this.#bytes.write(text, start);
      }
      this.#bytes[start + at] = code;
    }
    return length;
  }

  /** Writes the length of a field and makes room for it: the place where its bytes go. */
  #begin(length: number, room: number): number {
    this.#reserve(4 + room);
    this.#view.setInt32(this.#length, length);
    this.#length += 4;
    const at = this.#length;
    this.#length += Math.max(length, 0);
    return at;
  }

  #reserve(room: number): void {
    if (this.#length + room <= this.#bytes.length) {
      return;
    }
    const larger = new ArrayBuffer(Math.max(this.#bytes.length * 2, this.#length + room));
    const bytes = Buffer.from(larger);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
    this.#view = new DataView(larger);
  }
}

/** Encoded rows, each with where it starts and which write it belongs to; `starts` has the end as well. */
export type CopiedTable = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly owners: Uint32Array<ArrayBuffer>;
};

const bigintTypeId = 20;
const shortText = 48;
/** The byte that ends a word, and that it has no positions. */
const endOfWord = '\0\0\0';
/** PostgreSQL counts time from 2000-01-01. */
const sinceMs = 946_684_800_000;

type Groups = { readonly groups: readonly number[]; readonly weight: number; readonly scale: number };

/** The digits of a number in groups of four, the weight of the first, and how many digits stand behind the point. */
function toGroups(value: number): Groups {
  if (Number.isSafeInteger(value)) {
    return wholeGroups(value);
  }
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  const weight = Math.floor(exponent / 4);
  const padded = '0'.repeat(3 - (exponent - weight * 4)) + digits;
  const groups: number[] = [];
  for (let at = 0; at < padded.length; at += 4) {
    groups.push(Number(padded.slice(at, at + 4).padEnd(4, '0')));
  }
  return { groups, weight, scale: Math.max(0, digits.length - 1 - exponent) };
}

function wholeGroups(value: number): Groups {
  const groups: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 10_000)) {
    groups.unshift(left % 10_000);
  }
  return { groups, weight: Math.max(groups.length - 1, 0), scale: 0 };
}
