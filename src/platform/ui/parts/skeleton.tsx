import './skeleton.css';
import type { ReactElement } from 'react';

/** The shape of text that is on its way. `label` is what a screen reader hears. */
export function Skeleton({ lines = 6, label }: { lines?: number; label: string }): ReactElement {
  return (
    <div className="skeleton" role="status">
      <p className="visually-hidden">{label}</p>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} aria-hidden="true" />
      ))}
    </div>
  );
}
