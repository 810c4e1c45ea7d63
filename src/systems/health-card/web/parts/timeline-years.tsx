import type { Resource } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { type IconName, Timeline, type TimelineEntry, useLocale } from '#platform/ui';
import { codeKey, codeMessages } from '../messages/codes.ts';
import { timelineMessages } from '../messages/timeline.ts';
import type { TimelineItem, TimelineKind } from '../timeline-items.ts';
import { ConceptList, ConceptText } from './concept-text.tsx';
import { nameOfReference } from './references.ts';
import { SourceLink } from './source-link.tsx';

const icons: Readonly<Record<TimelineKind, IconName>> = {
  encounter: 'visit',
  problem: 'problem',
  procedure: 'procedure',
  immunization: 'vaccine',
  medication: 'medicine',
  report: 'result',
  document: 'document',
};

/** Items in order, under the years they belong to. */
export function TimelineYears({
  items,
  facilities,
}: {
  items: readonly TimelineItem[];
  facilities: readonly Resource[];
}): ReactElement {
  const { t, date } = useLocale(timelineMessages);
  const code = useLocale(codeMessages);
  const toEntry = (item: TimelineItem): TimelineEntry => ({
    id: `${item.type}/${item.id}`,
    icon: icons[item.kind],
    kind:
      item.kind === 'encounter'
        ? code.t(codeKey('encounter', item.visitClass, 'encounter.other') ?? 'encounter.other')
        : code.t(`kind.${item.kind}`),
    date: item.date ?? '',
    dateText: item.date === undefined ? t('undated') : date(item.date, 'medium'),
    title: <ItemTitle item={item} />,
    details: hasDetails(item, facilities) && <ItemDetails item={item} facilities={facilities} />,
    aside: <SourceLink type={item.type} id={item.id} />,
  });
  const years = [...Map.groupBy(items, (item) => item.date?.slice(0, 4))];
  return (
    <Timeline
      years={years.map(([year, members]) => ({ heading: year ?? t('undated'), entries: members.map(toEntry) }))}
    />
  );
}

function ItemTitle({ item }: { item: TimelineItem }): ReactElement {
  const { t } = useLocale(timelineMessages);
  return (
    <>
      <span className={item.notDone ? 'withdrawn' : undefined}>
        <ConceptText concept={item.concept ?? item.reasons[0]} language={item.language} />
      </span>
      {item.notDone && <span className="soft"> ({t('notDone')})</span>}
    </>
  );
}

/** A reason that only repeats the title is no detail. */
const reasonsOf = ({ concept, reasons }: TimelineItem): TimelineItem['reasons'] =>
  concept === undefined ? reasons.slice(1) : reasons;

function hasDetails(item: TimelineItem, facilities: readonly Resource[]): boolean {
  return reasonsOf(item).length > 0 || nameOfReference(item.place, facilities) !== undefined;
}

function ItemDetails({ item, facilities }: { item: TimelineItem; facilities: readonly Resource[] }): ReactElement {
  const { t } = useLocale(timelineMessages);
  const reasons = reasonsOf(item);
  const place = nameOfReference(item.place, facilities);
  return (
    <>
      {reasons.length > 0 && (
        <>
          {t('reason')}: <ConceptList concepts={reasons} language={item.language} />
          {place && ' · '}
        </>
      )}
      {place}
    </>
  );
}
