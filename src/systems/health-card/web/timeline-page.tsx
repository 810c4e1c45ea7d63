import './card-page.css';
import type { Condition, Resource } from '@medplum/fhirtypes';
import { type ReactElement, useState } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import type { SearchPage, SearchParams } from '#platform/fhir-client';
import { Button, ErrorPanel, PageHeading, Panel, useLocale } from '#platform/ui';
import { isRefuted } from '../domain/problems.ts';
import { timeOf } from '../domain/results.ts';
import { timelineWindow } from '../domain/timeline-window.ts';
import { useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { cardMessages } from './messages/card.ts';
import { timelineMessages } from './messages/timeline.ts';
import { TimelineFilters } from './parts/timeline-filters.tsx';
import { TimelineYears } from './parts/timeline-years.tsx';
import { record } from './record.ts';
import { type TimelineItem, type TimelineKind, type TimelineResource, toTimelineItem } from './timeline-items.ts';

type LaneType = Exclude<TimelineResource['resourceType'], 'Condition'>;

/** How each kind is asked for, newest first. */
const lanes: readonly { kind: TimelineKind; type: LaneType; dateParameter: string; params?: SearchParams }[] = [
  { kind: 'encounter', type: 'Encounter', dateParameter: 'date', params: { _include: 'Encounter:service-provider' } },
  { kind: 'procedure', type: 'Procedure', dateParameter: 'date' },
  { kind: 'immunization', type: 'Immunization', dateParameter: 'date' },
  { kind: 'medication', type: 'MedicationRequest', dateParameter: 'authoredon' },
  { kind: 'report', type: 'DiagnosticReport', dateParameter: 'date' },
  { kind: 'document', type: 'DocumentReference', dateParameter: 'date' },
];

const pageSize = 25;

type LoadedLane = {
  readonly type: LaneType;
  readonly items: readonly TimelineItem[];
  readonly next: string | undefined;
};

export type TimelineData = {
  readonly lanes: readonly LoadedLane[];
  readonly facilities: readonly Resource[];
  readonly kind: string;
  readonly year: string;
};

/** The newest of each kind; with a kind or a year chosen only what fits is asked for. */
export async function loader({ params, request }: LoaderFunctionArgs): Promise<TimelineData> {
  const query = new URL(request.url).searchParams;
  const kind = query.get('kind') ?? '';
  const year = /^\d{4}$/.test(query.get('year') ?? '') ? (query.get('year') ?? '') : '';
  const patient = params['patientId'] ?? '';
  const wanted = lanes.filter((lane) => kind === '' || lane.kind === kind);
  const pages = await Promise.all(
    wanted.map(async ({ type, dateParameter, params: extra }) => {
      const inYear = year === '' ? {} : { [dateParameter]: [`ge${year}-01-01`, `le${year}-12-31`] };
      const search: SearchParams = { patient, _sort: `-${dateParameter}`, _count: pageSize, ...extra, ...inYear };
      return { type, page: await record.search(type, search, request.signal) };
    }),
  );
  return {
    lanes: pages.map(({ type, page }) => toLane(type, page)),
    facilities: pages.flatMap(({ page }) => page.included),
    kind,
    year,
  };
}

function toLane(type: LaneType, page: SearchPage<TimelineResource>, before: readonly TimelineItem[] = []): LoadedLane {
  return { type, items: [...before, ...page.matches.map(toTimelineItem)], next: page.next };
}

export function Component(): ReactElement {
  const { t } = useLocale(timelineMessages);
  const data = useLoaded<typeof loader>();
  const { patient } = useCard();
  return (
    <Panel
      title={
        <PageHeading level={2} documentTitle={t('title')}>
          {t('title')}
        </PageHeading>
      }
      icon="visit"
    >
      <div className="stack">
        <TimelineFilters kind={data.kind} year={data.year} birthDate={patient.birthDate} />
        <LoadedTimeline key={`${patient.id} ${data.kind} ${data.year}`} data={data} />
      </div>
    </Panel>
  );
}

function LoadedTimeline({ data }: { data: TimelineData }): ReactElement {
  const { t } = useLocale(timelineMessages);
  const card = useLocale(cardMessages);
  const timeline = useTimeline(data);
  const { items, lagging } = timeline.window;
  if (items.length === 0 && lagging.length === 0) return <p className="soft">{t('empty')}</p>;
  return (
    <>
      <output className="soft small">{t('shown', { n: items.length })}</output>
      <TimelineYears items={items} facilities={timeline.facilities} />
      {timeline.error !== undefined && <ErrorPanel error={timeline.error} onRetry={timeline.readOn} />}
      <p className="screen-only">
        {lagging.length > 0 ? (
          <Button onClick={timeline.readOn} aria-disabled={timeline.busy}>
            {timeline.busy ? card.t('loadingMore') : card.t('moreOlder')}
          </Button>
        ) : (
          <span className="soft small">{card.t('allShown')}</span>
        )}
      </p>
    </>
  );
}

/** The lanes as far as they are read. Reading on takes those that hold the others back. */
function useTimeline(data: TimelineData) {
  const { conditions } = useCard();
  const [read, setRead] = useState({ lanes: data.lanes, facilities: data.facilities });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const problems = problemLane(conditions, data);
  const window = timelineWindow(
    [
      ...read.lanes.map(({ items, next }) => ({ items, complete: next === undefined })),
      { items: problems, complete: true },
    ],
    ({ date }) => timeOf(date),
  );
  const readOn = () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    readLanes(read.lanes, window.lagging)
      .then(({ lanes: longer, included }) => {
        setRead({ lanes: longer, facilities: [...read.facilities, ...included] });
      })
      .catch(setError)
      .finally(() => {
        setBusy(false);
      });
  };
  return { window, facilities: read.facilities, busy, error, readOn };
}

async function readLanes(read: readonly LoadedLane[], lagging: readonly number[]) {
  const included: Resource[] = [];
  const longer = await Promise.all(
    read.map(async (lane, index) => {
      if (!lagging.includes(index) || lane.next === undefined) return lane;
      const page = await record.nextPage(lane.type, lane.next);
      included.push(...page.included);
      return toLane(lane.type, page, lane.items);
    }),
  );
  return { lanes: longer, included };
}

/** Problems came with the card, all of them. */
function problemLane(conditions: readonly Condition[], { kind, year }: TimelineData): TimelineItem[] {
  if (kind !== '' && kind !== 'problem') return [];
  return conditions
    .filter((condition) => !isRefuted(condition))
    .map(toTimelineItem)
    .filter(({ date }) => year === '' || date?.startsWith(year))
    .toSorted((a, b) => timeOf(b.date) - timeOf(a.date));
}
