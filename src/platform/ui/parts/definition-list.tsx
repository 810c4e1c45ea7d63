import './definition-list.css';
import type { ReactElement, ReactNode } from 'react';

export type Fact = { readonly label: string; readonly value: ReactNode };

/** Labels lighter than values; what is unknown is written out by the caller, never left empty. */
export function DefinitionList({
  facts,
  layout = 'grid',
}: {
  facts: readonly Fact[];
  layout?: 'grid' | 'rows';
}): ReactElement {
  return (
    <dl className="facts" data-layout={layout}>
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
