import './skeleton.css';
import type { ReactElement } from 'react';

/** The shape of text that is on its way. `label` is what a screen reader hears. */
export function Skeleton({ lines = 6, label }: { lines?: number; label: string }): ReactElement {
  return (
    <output className="skeleton">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} aria-hidden="true" />
      ))}
    </output>
  );
}
