import type { HumanName } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { upperCase } from '#platform/i18n';
import { useLocale } from '#platform/ui';
import { preferredName, toPersonName } from '../../domain/person.ts';
import { cardMessages } from '../messages/card.ts';

/** Surname in capitals of the record's own language, then name and father's name, as on papers. Names are never translated. */
export function PersonName({
  names,
  language,
}: {
  names: readonly HumanName[] | undefined;
  language: string;
}): ReactElement {
  const { t } = useLocale(cardMessages);
  const name = toPersonName(preferredName(names));
  if (name === undefined) return <>{t('unnamed')}</>;
  // By the rules of Azerbaijani i becomes İ, which in a foreign name would be another name.
  const family = language === 'az' ? upperCase(name.family, 'az') : name.family.toUpperCase();
  return (
    <span translate="no">
      {family} {name.given}
    </span>
  );
}
