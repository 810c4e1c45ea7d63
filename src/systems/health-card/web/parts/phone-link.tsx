import type { ReactElement } from 'react';

/** A telephone number that a phone can call at a touch. */
export function PhoneLink({ number }: { number: string }): ReactElement {
  return (
    <a className="no-wrap" href={`tel:${number.replace(/[^\d+]/g, '')}`}>
      {number}
    </a>
  );
}
