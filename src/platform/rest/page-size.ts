/** A page of a search or a history ends with the resource that passes this, whatever `_count` says; the next page goes on. */
export const pageBytesAtMost = 16 * 1024 * 1024;
