import type { Dosage } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import type { Language } from '#platform/i18n';
import { type Locale, useLocale } from '#platform/ui';
import { unitText } from '../../domain/units.ts';
import { sectionMessages } from '../messages/sections.ts';
import { ConceptText } from './concept-text.tsx';

/** How a medicine is taken: the prescriber's words if there are any, else what the coded parts say. */
export function DosageText({ dosage, language }: { dosage: readonly Dosage[]; language: string }): ReactElement {
  const locale = useLocale(sectionMessages);
  return (
    <>
      {dosage.map((one, index) => (
        <span key={index}>
          {index > 0 && '; '}
          {dosageWords(one) === undefined ? (
            codedDosage(one, language, locale)
          ) : (
            // A dosage carries its translations as a concept does.
            <ConceptText concept={dosageWords(one)} language={language} />
          )}
        </span>
      ))}
    </>
  );
}

function dosageWords(dosage: Dosage): Pick<Dosage, 'text'> | undefined {
  return dosage.text === undefined ? undefined : dosage;
}

type SectionLocale = Locale<typeof sectionMessages>;

function codedDosage(dosage: Dosage, own: string, { number, language, t }: SectionLocale): string {
  const dose = dosage.doseAndRate?.[0]?.doseQuantity;
  const repeat = dosage.timing?.repeat;
  const parts = [
    dose?.value !== undefined && `${number(dose.value)} ${unitText(dose, own, language) ?? ''}`.trim(),
    repeat?.frequency !== undefined && timesText(repeat.frequency, repeat.period ?? 1, repeat.periodUnit, language),
    dosage.asNeededBoolean === true && t('asNeeded'),
  ].filter((part) => typeof part === 'string');
  return parts.join(', ');
}

const periodWords: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  az: { h: 'saatda', d: 'gündə', wk: 'həftədə', mo: 'ayda', a: 'ildə' },
  ru: { h: 'ч', d: 'дн.', wk: 'нед.', mo: 'мес.', a: 'г.' },
  en: { h: 'h', d: 'days', wk: 'weeks', mo: 'months', a: 'years' },
};

function timesText(
  frequency: number,
  period: number,
  unit: string | undefined,
  language: Language,
): string | undefined {
  const word = periodWords[language][unit ?? ''];
  if (word === undefined) return undefined;
  if (language === 'az') return `${period === 1 ? '' : `${period} `}${word} ${frequency} dəfə`;
  if (language === 'ru')
    return period === 1 && unit === 'd' ? `${frequency} р. в день` : `${frequency} р. за ${period} ${word}`;
  return period === 1 && unit === 'd' ? `${frequency} a day` : `${frequency} in ${period} ${word}`;
}
