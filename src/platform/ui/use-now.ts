import { useState } from 'react';

/** The present in milliseconds since 1970, as it was when the part first appeared: it does not change between two renders. */
export function useNow(): number {
  const [now] = useState(() => Date.now());
  return now;
}
