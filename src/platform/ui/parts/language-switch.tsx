import type { ReactElement } from 'react';
import { type Language, languages } from '#platform/i18n';
import { useLocale } from '../locale.tsx';
import { uiMessages } from '../messages.ts';

const ownNames: Readonly<Record<Language, string>> = { az: 'Azərbaycan dili', ru: 'Русский', en: 'English' };

type LanguageSwitchProps = {
  /** The address of the same page in another language. */
  addressIn: (language: Language) => string;
  onChoose: (language: Language) => void;
};

/** The same page in another language; each language is named in itself. */
export function LanguageSwitch({ addressIn, onChoose }: LanguageSwitchProps): ReactElement {
  const { language: current, t } = useLocale(uiMessages);
  return (
    <nav className="language-switch" aria-label={t('languageSwitch')}>
      <ul className="bare-list">
        {languages.map((language) => (
          <li key={language}>
            <a
              href={addressIn(language)}
              hrefLang={language}
              lang={language}
              title={ownNames[language]}
              aria-current={language === current ? 'true' : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                onChoose(language);
              }}
            >
              {language.toUpperCase()}
              <span className="visually-hidden"> {ownNames[language]}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
