import './card-page.css';
import type { ReactElement } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import {
  Badge,
  ButtonLink,
  type Column,
  DataTable,
  Notice,
  PageHeading,
  Panel,
  TrendChart,
  useLocale,
} from '#platform/ui';
import { wordingOfConcept } from '#platform/wording';
import { type ResultChart, toResultChart } from '../domain/result-chart.ts';
import { groupResults, type Result, timeOf, toResult } from '../domain/results.ts';
import { unitText } from '../domain/units.ts';
import { useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { cardMessages } from './messages/card.ts';
import { resultMessages } from './messages/results.ts';
import { ConceptText } from './parts/concept-text.tsx';
import { SourceLink } from './parts/source-link.tsx';
import { FlagMark, gravestFlag, RangeText, ResultText } from './parts/value-text.tsx';
import { record } from './record.ts';
import { resultElements } from './result-elements.ts';

const longest = 2000;

/** All results of one test, whatever their number. */
export async function loader({ params, request }: LoaderFunctionArgs): Promise<readonly Result[]> {
  const patient = params['patientId'] ?? '';
  const key = new URL(request.url).searchParams.get('code') ?? '';
  const code = key.includes('|') ? { code: key } : { 'code:text': key };
  const page = await record.searchAll(
    'Observation',
    { patient, ...code, _sort: '-date', _count: 500, _elements: resultElements },
    longest,
    request.signal,
  );
  return page.matches.map(toResult);
}

export function Component(): ReactElement {
  const { t, language } = useLocale(resultMessages);
  const words = useLocale(cardMessages);
  const { patient } = useCard();
  const results = useLoaded<typeof loader>();
  const [group] = groupResults(results);
  const back = (
    <ButtonLink to={`/${language}/health-card/${patient.id}/results`} look="quiet" className="screen-only">
      {t('backToResults')}
    </ButtonLink>
  );
  if (group === undefined) {
    return (
      <Panel
        title={
          <PageHeading level={2} documentTitle={t('title')}>
            {t('title')}
          </PageHeading>
        }
        actions={back}
      >
        <p className="soft">{words.t('nothingRecorded')}</p>
      </Panel>
    );
  }
  const test = wordingOfConcept(group.latest.code, group.latest.language, language)?.text ?? '';
  return (
    <Panel
      title={
        <PageHeading level={2} documentTitle={t('trendOf', { test })}>
          <ConceptText concept={group.latest.code} language={group.latest.language} />
        </PageHeading>
      }
      icon="result"
      actions={back}
    >
      <div className="stack">
        <Chart results={group.results} test={test} />
        <ValueTable results={group.results} />
      </div>
    </Panel>
  );
}

function Chart({ results, test }: { results: readonly Result[]; test: string }): ReactElement {
  const { t } = useLocale(resultMessages);
  const chart = toResultChart(results);
  if (chart === undefined) return <Notice>{t('notNumeric')}</Notice>;
  return (
    <>
      <DrawnChart chart={chart} test={test} />
      {chart.mixedUnits && <Notice tone="warning">{t('severalUnits', { unit: chart.unit ?? '' })}</Notice>}
      {chart.range === undefined && chart.series.length === 1 && <p className="soft small">{t('noRangeHelp')}</p>}
    </>
  );
}

function DrawnChart({ chart, test }: { chart: ResultChart; test: string }): ReactElement {
  const { t, number, date, language } = useLocale(resultMessages);
  const dates = chart.series
    .flatMap(({ points }) => points.map((point) => point.date))
    .toSorted((a, b) => timeOf(a) - timeOf(b));
  const unit = unitText({ unit: chart.unit, code: chart.unitCode }, chart.series[0]?.language ?? '', language) ?? '';
  return (
    <TrendChart
      label={t('chartLabel', { test, n: dates.length, from: dates[0] ?? '', to: dates.at(-1) ?? '' })}
      unit={unit}
      series={chart.series.map((series) => ({
        label: wordingOfConcept(series.code, series.language, language)?.text ?? '',
        points: series.points.map((point) => ({
          time: timeOf(point.date),
          value: point.measure.number,
          valueText: `${number(point.measure.written)} ${unit}`,
          dateText: date(point.date, 'medium'),
          flagged: point.flagged,
        })),
      }))}
      band={chart.range && { low: chart.range.low?.number, high: chart.range.high?.number }}
    />
  );
}

/** The same values as the chart, and those that cannot be drawn. */
function ValueTable({ results }: { results: readonly Result[] }): ReactElement {
  const { t, dateTime } = useLocale(resultMessages);
  const columns: Column<Result>[] = [
    {
      id: 'date',
      heading: t('date'),
      rowHeading: true,
      cell: ({ date }) => <span className="numbers">{date ? dateTime(date, 'medium') : ''}</span>,
      sortKey: ({ date }) => timeOf(date),
    },
    {
      id: 'value',
      heading: t('value'),
      cell: (result) => (
        <span className={result.withdrawn ? 'withdrawn' : undefined}>
          <ResultText result={result} />
        </span>
      ),
    },
    { id: 'flag', heading: t('flag'), cell: (result) => <Marks result={result} /> },
    {
      id: 'range',
      heading: t('range'),
      cell: ({ parts, language }) =>
        parts.map(({ key, range }) => <RangeText key={key} range={range} language={language} />),
    },
    { id: 'source', heading: 'FHIR', screenOnly: true, cell: ({ id }) => <SourceLink type="Observation" id={id} /> },
  ];
  return (
    <DataTable
      caption={t('allValues')}
      showCaption
      columns={columns}
      rows={results}
      rowKey={({ id }) => id}
      initialSort={{ column: 'date', direction: 'descending' }}
      empty=""
      narrow="scroll"
    />
  );
}

function Marks({ result }: { result: Result }): ReactElement {
  const { t } = useLocale(resultMessages);
  const flag = gravestFlag(result.parts);
  return (
    <span className="row">
      {flag && <FlagMark flag={flag} />}
      {result.withdrawn && <Badge tone="danger">{t('withdrawn')}</Badge>}
      {result.amended && <Badge tone="info">{t('amended')}</Badge>}
      {result.preliminary && <Badge tone="info">{t('preliminary')}</Badge>}
    </span>
  );
}
