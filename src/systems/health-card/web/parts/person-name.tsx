import type { HumanName } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { upperCase } from '#platform/i18n';
import { useLocale } from '#platform/ui';
import { preferredName, toPersonName } from '../../domain/person.ts';
import { cardMessages } from '../messages/card.ts';

/** Surname in capitals, then name and father's name, as on papers. Names are never translated. */
export function PersonName({ names }: { names: readonly HumanName[] | undefined }): ReactElement {
  const { t } = useLocale(cardMessages);
  const name = toPersonName(preferredName(names));
  if (name === undefined) return <>{t('unnamed')}</>;
  // Capitals by the rules of Azerbaijani, also for a foreign name, would turn i into İ.
  const family = /[əğışçöü]/i.test(name.family) ? upperCase(name.family, 'az') : name.family.toUpperCase();
  return (
    <span translate="no">
      {family} {name.given}
    </span>
  );
}
