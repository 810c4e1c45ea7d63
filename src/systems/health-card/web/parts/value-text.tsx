import type { ReactElement } from 'react';
import { Badge, type Tone, useLocale } from '#platform/ui';
import { type ResultFlag } from '../../domain/result-flag.ts';
import type { Measure, ResultRange, ResultValue } from '../../domain/result-value.ts';
import type { Result, ResultPart } from '../../domain/results.ts';
import { unitText } from '../../domain/units.ts';
import { cardMessages } from '../messages/card.ts';
import { codeMessages } from '../messages/codes.ts';
import { resultMessages } from '../messages/results.ts';
import { ConceptText } from './concept-text.tsx';

/** Beyond this many decimals a measured value is noise to a reader; the whole of it stays one tap away. */
const mostDecimals = 4;

type MeasureTextProps = {
  measure: Measure;
  /** Of the record it stands in. */
  language: string;
  withUnit?: boolean;
};

/** A number as the record spells it, in the reader's writing; a very long one rounded and marked as such. */
function MeasureText({ measure, language, withUnit = true }: MeasureTextProps): ReactElement {
  const { language: reader, number, t } = useLocale(resultMessages);
  const unit = withUnit ? unitText({ unit: measure.unit, code: measure.unitCode }, language, reader) : undefined;
  const decimals = /\.(\d+)$/.exec(measure.written)?.[1]?.length ?? 0;
  const exact = number(measure.written);
  return (
    <span className="numbers">
      {decimals > mostDecimals ? (
        <span title={t('rounded', { value: exact })}>
          ≈{'\u00A0'}
          {number(measure.number.toFixed(2))}
        </span>
      ) : (
        exact
      )}
      {unit && `\u00A0${unit}`}
    </span>
  );
}

/** A result's value, whatever kind it is. `language` is that of the record it stands in. */
function ValueText({ value, language }: { value: ResultValue; language: string }): ReactElement {
  const { date, t } = useLocale(resultMessages);
  const words = useLocale(cardMessages);
  switch (value.kind) {
    case 'quantity':
      return (
        <>
          {value.comparator && `${value.comparator} `}
          <MeasureText measure={value} language={language} />
        </>
      );
    case 'interval':
      return <Pair first={value.low} second={value.high} sign="–" language={language} />;
    case 'ratio':
      return <Pair first={value.numerator} second={value.denominator} sign=" / " language={language} />;
    case 'concept':
      return <ConceptText concept={value.concept} language={language} />;
    case 'words':
      return <ConceptText concept={{ text: value.text }} language={language} />;
    case 'truth':
      return <>{words.t(value.value ? 'yes' : 'no')}</>;
    case 'moment':
      return <>{date(value.date)}</>;
    case 'signal':
      return <>{t('signal')}</>;
    case 'absent':
      return value.reason ? (
        <ConceptText concept={value.reason} language={language} />
      ) : (
        <span className="soft">{t('absent')}</span>
      );
  }
}

type PairProps = { first: Measure | undefined; second: Measure | undefined; sign: string; language: string };

function Pair({ first, second, sign, language }: PairProps): ReactElement {
  return (
    <>
      {first && <MeasureText measure={first} language={language} withUnit={second === undefined} />}
      {sign}
      {second && <MeasureText measure={second} language={language} />}
    </>
  );
}

/** All values of a result in one line: `120 / 80 mm Hg`, or one under the other where units differ. */
export function ResultText({ result }: { result: Result }): ReactElement {
  const { parts, language } = result;
  const quantities = parts.flatMap(({ value }) => (value.kind === 'quantity' ? [value] : []));
  const sameUnit = quantities.length === parts.length && new Set(quantities.map(({ unit }) => unit)).size === 1;
  if (parts.length > 1 && sameUnit) {
    return (
      <span>
        {quantities.map((measure, index) => (
          <span key={index}>
            {index > 0 && ' / '}
            <MeasureText measure={measure} language={language} withUnit={index === quantities.length - 1} />
          </span>
        ))}
      </span>
    );
  }
  return (
    <>
      {parts.length > 1 ? (
        <PartList result={result} />
      ) : (
        parts[0] && <ValueText value={parts[0].value} language={language} />
      )}
    </>
  );
}

function PartList({ result: { parts, language } }: { result: Result }): ReactElement {
  return (
    <ul className="bare-list stack-tight">
      {parts.map((part, index) => (
        <li key={`${part.key} ${index}`}>
          <span className="soft small">
            <ConceptText concept={part.code} language={language} />:{' '}
          </span>
          <ValueText value={part.value} language={language} />
        </li>
      ))}
    </ul>
  );
}

/** What is usual, or words to that effect from the record. */
export function RangeText({
  range,
  language,
}: {
  range: ResultRange | undefined;
  language: string;
}): ReactElement | null {
  const reader = useLocale(resultMessages);
  const { t } = reader;
  if (range === undefined) return null;
  const { low, high, words } = range;
  const print = (measure: Measure) => reader.number(measure.written);
  if (low && high) return <span className="numbers">{t('between', { low: print(low), high: print(high) })}</span>;
  if (high) return <span className="numbers">{t('upTo', { high: print(high) })}</span>;
  if (low) return <span className="numbers">{t('from', { low: print(low) })}</span>;
  return words === undefined ? null : <ConceptText concept={{ text: words }} language={language} />;
}

const flagLook: Readonly<Record<ResultFlag, { tone: Tone; sign?: string }>> = {
  criticalLow: { tone: 'danger', sign: '↓↓' },
  low: { tone: 'warning', sign: '↓' },
  normal: { tone: 'good' },
  high: { tone: 'warning', sign: '↑' },
  criticalHigh: { tone: 'danger', sign: '↑↑' },
  abnormal: { tone: 'warning', sign: '!' },
  criticalAbnormal: { tone: 'danger', sign: '!!' },
};

/** The judgement of a value by word, sign and colour together. */
export function FlagMark({ flag }: { flag: ResultFlag }): ReactElement {
  const { t } = useLocale(codeMessages);
  const { tone, sign } = flagLook[flag];
  return (
    <Badge tone={tone}>
      {sign && <span aria-hidden="true">{sign}</span>}
      {t(`flag.${flag}`)}
    </Badge>
  );
}

/** The gravest flag among the values of a result. */
export function gravestFlag(parts: readonly ResultPart[]): ResultFlag | undefined {
  const gravity: readonly ResultFlag[] = [
    'criticalHigh',
    'criticalLow',
    'criticalAbnormal',
    'high',
    'low',
    'abnormal',
    'normal',
  ];
  return gravity.find((flag) => parts.some((part) => part.flag === flag));
}
