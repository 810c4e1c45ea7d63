import { type ReactElement, useId } from 'react';
import { useLocale } from '#platform/ui';
import type { PersonFilters } from '../find-people.ts';
import { codeMessages } from '../messages/codes.ts';
import { findPersonMessages } from '../messages/find-person.ts';

/** Sex and year of birth, part of the search form. */
export function PersonFilterFields({
  filters,
  onChange,
}: {
  filters: PersonFilters;
  onChange: () => void;
}): ReactElement {
  const { t } = useLocale(findPersonMessages);
  const code = useLocale(codeMessages);
  const sexId = useId();
  const yearId = useId();
  const react = () => {
    onChange();
  };
  return (
    <fieldset className="filter-bar" style={{ border: 0, padding: 0, margin: 0 }}>
      <legend className="visually-hidden">{t('filters')}</legend>
      <div className="field">
        <label htmlFor={sexId}>{t('sex')}</label>
        <select id={sexId} name="gender" defaultValue={filters.gender ?? ''} onChange={react}>
          <option value="">{t('anySex')}</option>
          <option value="female">{code.t('gender.female')}</option>
          <option value="male">{code.t('gender.male')}</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor={yearId}>
          {t('birthYear')} <span className="soft">({t('birthYearHelp')})</span>
        </label>
        <input
          id={yearId}
          name="born"
          type="text"
          inputMode="numeric"
          pattern="\d{4}"
          maxLength={4}
          size={6}
          autoComplete="off"
          defaultValue={filters.birthYear ?? ''}
          onChange={react}
        />
      </div>
    </fieldset>
  );
}
