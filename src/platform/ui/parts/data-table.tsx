import './data-table.css';
import { type ReactElement, type ReactNode, useState } from 'react';
import { useLocale } from '../locale.tsx';
import { uiMessages } from '../messages.ts';
import { Icon } from './icon.tsx';
import { inOrder, nextSort, type SortKey, type SortState } from './table-order.ts';

export type Column<Row> = {
  readonly id: string;
  readonly heading: string;
  readonly cell: (row: Row) => ReactNode;
  /** Makes the column sortable. */
  readonly sortKey?: (row: Row) => SortKey;
  readonly align?: 'start' | 'end';
  /** The value says what it is, so `lines` shows it without its heading. */
  readonly speaksForItself?: boolean;
  /** The cell that names the row. */
  readonly rowHeading?: boolean;
  /** Left out on paper, such as links. */
  readonly screenOnly?: boolean;
};

type DataTableProps<Row> = {
  /** Says what the table holds; seen by screen readers, and by all with `showCaption`. */
  caption: string;
  showCaption?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  initialSort?: SortState;
  /** What to say when there is no row. */
  empty: ReactNode;
  /** On a phone: a labelled card for each row, or for long lists its values in running lines, or the table as it is. */
  narrow?: 'cards' | 'lines' | 'scroll';
};

export function DataTable<Row>(props: DataTableProps<Row>): ReactElement {
  const { caption, showCaption = false, columns, rows, rowKey, initialSort, empty, narrow = 'cards' } = props;
  const { compareText } = useLocale(uiMessages);
  const [sort, setSort] = useState(initialSort);
  if (rows.length === 0) return <div className="table-empty">{empty}</div>;

  const keyOf = columns.find(({ id }) => id === sort?.column)?.sortKey;
  const ordered = sort && keyOf ? inOrder(rows, keyOf, sort.direction, compareText) : rows;
  return (
    <div className="table-scroll">
      <table className="data-table" data-narrow={narrow}>
        <caption className={showCaption ? undefined : 'visually-hidden'}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading
                key={column.id}
                column={column}
                sort={sort}
                onSort={() => {
                  setSort(nextSort(sort, column.id));
                }}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <Cell key={column.id} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type HeadingProps<Row> = { column: Column<Row>; sort: SortState | undefined; onSort: () => void };

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>): ReactElement {
  const direction = sort?.column === column.id ? sort.direction : undefined;
  return (
    <th
      scope="col"
      className={column.screenOnly ? 'screen-only' : undefined}
      data-align={column.align}
      aria-sort={direction}
    >
      {column.sortKey ? (
        <button type="button" className="sort-button" onClick={onSort}>
          {column.heading}
          <Icon name={direction === 'descending' ? 'down' : 'up'} size={14} />
        </button>
      ) : (
        column.heading
      )}
    </th>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }): ReactElement {
  const content = column.cell(row);
  if (column.rowHeading) return <th scope="row">{content}</th>;
  const empty = content === undefined || content === null || content === false || content === '';
  const label = column.speaksForItself ? undefined : column.heading;
  return (
    <td
      className={column.screenOnly ? 'screen-only' : undefined}
      data-label={label}
      data-align={column.align}
      data-empty={empty ? '' : undefined}
    >
      {content}
    </td>
  );
}
