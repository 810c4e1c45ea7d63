import './card-page.css';
import { type ReactElement, useId, useState } from 'react';
import { Link, type LoaderFunctionArgs } from 'react-router';
import { foldName } from '#platform/names';
import { Button, type Column, DataTable, ErrorPanel, PageHeading, Panel, Sparkline, useLocale } from '#platform/ui';
import { wordingOfConcept } from '#platform/wording';
import { toResultChart } from '../domain/result-chart.ts';
import { isOutside } from '../domain/result-flag.ts';
import { groupResults, type Result, type ResultGroup, timeOf, toResult } from '../domain/results.ts';
import { unitText } from '../domain/units.ts';
import { useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { codeKey, codeMessages } from './messages/codes.ts';
import { resultMessages } from './messages/results.ts';
import { ConceptText } from './parts/concept-text.tsx';
import { FlagMark, gravestFlag, RangeText, ResultText } from './parts/value-text.tsx';
import { record } from './record.ts';
import { resultElements } from './result-elements.ts';
import { trendAddress } from './trend-address.ts';

const pageSize = 300;
export type ResultsData = { readonly results: readonly Result[]; readonly next: string | undefined };

/** The newest results. A long history is read on by request; the trend of one test is always whole. */
export async function loader({ params, request: { signal } }: LoaderFunctionArgs): Promise<ResultsData> {
  const patient = params['patientId'] ?? '';
  const page = await record.search(
    'Observation',
    { patient, _sort: '-date', _count: pageSize, _elements: resultElements },
    signal,
  );
  return { results: page.matches.map(toResult), next: page.next };
}

export function Component(): ReactElement {
  const { t } = useLocale(resultMessages);
  const data = useLoaded<typeof loader>();
  const { patient } = useCard();
  return (
    <div className="stack">
      <PageHeading level={2} hidden documentTitle={t('title')}>
        {t('title')}
      </PageHeading>
      <LoadedResults key={patient.id} data={data} />
    </div>
  );
}

function LoadedResults({ data }: { data: ResultsData }): ReactElement {
  const { t } = useLocale(resultMessages);
  const list = useResultList(data);
  const [wanted, setWanted] = useState({ text: '', onlyOutside: false });
  const groups = useFilteredGroups(list.results, wanted);
  return (
    <>
      <ResultFilters wanted={wanted} onChange={setWanted} />
      {list.next !== undefined && (
        <p className="row soft small screen-only">
          {t('shownLatest', { n: list.results.length })}
          <Button onClick={list.readOn} aria-disabled={list.busy}>
            {t('loadOlder')}
          </Button>
        </p>
      )}
      {list.error !== undefined && <ErrorPanel error={list.error} onRetry={list.readOn} />}
      <ResultPanels groups={groups} />
    </>
  );
}

function useResultList(data: ResultsData) {
  const [read, setRead] = useState(data);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const readOn = () => {
    if (busy || read.next === undefined) return;
    setBusy(true);
    setError(undefined);
    record
      .nextPage('Observation', read.next)
      .then((page) => {
        setRead({ results: [...read.results, ...page.matches.map(toResult)], next: page.next });
      })
      .catch(setError)
      .finally(() => {
        setBusy(false);
      });
  };
  return { ...read, busy, error, readOn };
}

type Wanted = { readonly text: string; readonly onlyOutside: boolean };

function useFilteredGroups(results: readonly Result[], { text, onlyOutside }: Wanted): ResultGroup[] {
  const { language } = useLocale(resultMessages);
  const folded = foldName(text);
  return groupResults(results).filter(({ latest }) => {
    const words = wordingOfConcept(latest.code, latest.language, language)?.text ?? '';
    return (
      (folded === '' || foldName(words).includes(folded)) && (!onlyOutside || isOutside(gravestFlag(latest.parts)))
    );
  });
}

function ResultFilters({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }): ReactElement {
  const { t } = useLocale(resultMessages);
  const id = useId();
  return (
    <div className="filter-bar screen-only">
      <div className="field">
        <label htmlFor={id}>{t('filter')}</label>
        <input
          id={id}
          type="text"
          autoComplete="off"
          value={wanted.text}
          onChange={(event) => {
            onChange({ ...wanted, text: event.target.value });
          }}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={wanted.onlyOutside}
          onChange={(event) => {
            onChange({ ...wanted, onlyOutside: event.target.checked });
          }}
        />
        {t('onlyOutside')}
      </label>
    </div>
  );
}

/** Laboratory first, then what is measured at the bedside, then the rest. */
const categoryOrder = [
  'laboratory',
  'vital-signs',
  'exam',
  'imaging',
  'procedure',
  'survey',
  'social-history',
  'activity',
  'therapy',
];

/** Results by kind of test, one line per test. */
export function ResultPanels({ groups }: { groups: readonly ResultGroup[] }): ReactElement {
  const { t } = useLocale(resultMessages);
  const code = useLocale(codeMessages);
  const { patient } = useCard();
  const columns = useResultColumns(patient.id ?? '');
  if (groups.length === 0) return <p className="table-empty">{t('empty')}</p>;
  const byCategory = [...Map.groupBy(groups, ({ latest }) => latest.category ?? 'other')].toSorted(
    ([a], [b]) => place(a) - place(b),
  );
  return (
    <>
      {byCategory.map(([category, members]) => {
        const title = code.t(codeKey('category', category, 'category.other') ?? 'category.other');
        return (
          <Panel key={category} title={title} icon="result" level={3}>
            <DataTable
              caption={title}
              columns={columns}
              rows={members}
              rowKey={({ key }) => key}
              empty={t('empty')}
              narrow="lines"
            />
          </Panel>
        );
      })}
    </>
  );
}

const place = (category: string): number => {
  const index = categoryOrder.indexOf(category);
  return index < 0 ? categoryOrder.length : index;
};

function useResultColumns(patientId: string): Column<ResultGroup>[] {
  const { t, date, language } = useLocale(resultMessages);
  const base = `/${language}/health-card/${patientId}`;
  return [
    {
      id: 'test',
      heading: t('test'),
      rowHeading: true,
      cell: ({ key, latest }) => (
        <Link to={trendAddress(base, key)}>
          <ConceptText concept={latest.code} language={latest.language} />
        </Link>
      ),
      sortKey: ({ latest }) => wordingOfConcept(latest.code, latest.language, language)?.text,
    },
    {
      id: 'latest',
      heading: t('latest'),
      speaksForItself: true,
      cell: ({ latest }) => <LatestValue result={latest} />,
    },
    { id: 'flag', heading: t('flag'), speaksForItself: true, cell: ({ latest }) => <Flag result={latest} /> },
    { id: 'range', heading: t('range'), cell: ({ latest }) => <Range result={latest} /> },
    {
      id: 'date',
      heading: t('date'),
      speaksForItself: true,
      cell: ({ latest }) => latest.date && <span className="numbers">{date(latest.date)}</span>,
      sortKey: ({ latest }) => timeOf(latest.date),
    },
    {
      id: 'trend',
      heading: t('trend'),
      speaksForItself: true,
      screenOnly: true,
      cell: (group) => <Trend group={group} />,
    },
    {
      id: 'count',
      heading: t('count'),
      align: 'end',
      cell: ({ results }) => results.length,
      sortKey: ({ results }) => results.length,
    },
  ];
}

function LatestValue({ result }: { result: Result }): ReactElement {
  return (
    <strong className={result.withdrawn ? 'withdrawn' : undefined}>
      <ResultText result={result} />
    </strong>
  );
}

function Flag({ result }: { result: Result }): ReactElement | undefined {
  const flag = gravestFlag(result.parts);
  return flag && <FlagMark flag={flag} />;
}

/** The range of a single value; a panel of several shows its ranges on the trend page. */
function Range({ result }: { result: Result }): ReactElement | undefined {
  const { language, t } = useLocale(resultMessages);
  const [part, another] = result.parts;
  const unit =
    part?.value.kind === 'quantity'
      ? unitText({ unit: part.value.unit, code: part.value.unitCode }, result.language, language)
      : undefined;
  if (another !== undefined) return undefined;
  if (part?.range === undefined) return <span className="soft small no-wrap">{t('noRange')}</span>;
  return (
    <span className="soft">
      <RangeText range={part.range} language={result.language} /> {part.range.low || part.range.high ? unit : undefined}
    </span>
  );
}

function Trend({ group }: { group: ResultGroup }): ReactElement | null {
  const series = toResultChart(group.results)?.series[0];
  if (series === undefined) return null;
  return (
    <Sparkline points={series.points.map(({ date, measure }) => ({ time: timeOf(date), value: measure.number }))} />
  );
}
