import { type ReactElement, useId } from 'react';
import { useSearchParams } from 'react-router';
import { bakuToday } from '#platform/i18n';
import { Button, useLocale, useNow } from '#platform/ui';
import { codeMessages } from '../messages/codes.ts';
import { timelineMessages } from '../messages/timeline.ts';
import type { TimelineKind } from '../timeline-items.ts';

const kinds: readonly TimelineKind[] = [
  'encounter',
  'problem',
  'report',
  'procedure',
  'medication',
  'immunization',
  'document',
];

/** What to show of a history: one kind or all, one year or all. Kept in the address. */
export function TimelineFilters({
  kind,
  year,
  birthDate,
}: {
  kind: string;
  year: string;
  birthDate: string | undefined;
}): ReactElement {
  const { t } = useLocale(timelineMessages);
  const code = useLocale(codeMessages);
  const [, setParams] = useSearchParams();
  const yearId = useId();
  const now = useNow();
  const choose = (next: { kind: string; year: string }) => {
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')), {
      replace: true,
      preventScrollReset: true,
    });
  };
  return (
    <div className="filter-bar screen-only">
      <fieldset className="chip-row">
        <legend className="visually-hidden">{t('kinds')}</legend>
        {['' as const, ...kinds].map((one) => (
          <Button
            key={one}
            aria-pressed={kind === one}
            onClick={() => {
              choose({ kind: one, year });
            }}
          >
            {one === '' ? t('allKinds') : code.t(`kind.${one}`)}
          </Button>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={yearId}>{t('year')}</label>
        <select
          id={yearId}
          value={year}
          onChange={(event) => {
            choose({ kind, year: event.target.value });
          }}
        >
          <option value="">{t('allYears')}</option>
          {yearsSince(birthDate, now).map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function yearsSince(birthDate: string | undefined, nowMs: number): number[] {
  const present = Number(bakuToday(nowMs).slice(0, 4));
  const first = birthDate === undefined ? present - 30 : Number(birthDate.slice(0, 4));
  return Array.from({ length: Math.max(1, present - first + 1) }, (_, index) => present - index);
}
