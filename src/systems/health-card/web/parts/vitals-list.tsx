import type { ReactElement } from 'react';
import { Link } from 'react-router';
import { useLocale } from '#platform/ui';
import { isOutside } from '../../domain/result-flag.ts';
import type { ResultGroup } from '../../domain/results.ts';
import { cardMessages } from '../messages/card.ts';
import { trendAddress } from '../trend-address.ts';
import { ConceptText } from './concept-text.tsx';
import { FlagMark, gravestFlag, ResultText } from './value-text.tsx';

/** The newest value of each measurement, with the way to its trend. */
export function VitalsList({ groups, base }: { groups: readonly ResultGroup[]; base: string }): ReactElement {
  const { t, date } = useLocale(cardMessages);
  if (groups.length === 0) return <p className="soft">{t('nothingRecorded')}</p>;
  return (
    <ul className="bare-list plain-list">
      {groups.map(({ key, latest }) => {
        const flag = gravestFlag(latest.parts);
        return (
          <li key={key}>
            <Link to={trendAddress(base, key)}>
              <ConceptText concept={latest.code} language={latest.language} />
            </Link>
            <span className="row">
              {flag && isOutside(flag) && <FlagMark flag={flag} />}
              <strong>
                <ResultText result={latest} />
              </strong>
              {latest.date && <span className="soft small numbers">{date(latest.date)}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
