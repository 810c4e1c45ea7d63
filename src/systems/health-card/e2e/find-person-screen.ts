import type { Page } from 'playwright-core';

const fieldNames = { az: 'FİN, ad və ya soyad', ru: 'ФИН, имя или фамилия', en: 'FİN, name or surname' } as const;

export type ScreenLanguage = keyof typeof fieldNames;

/** The page on which a person is found, as a user knows it. */
export function findPersonScreen(page: Page, language: ScreenLanguage = 'az') {
  const field = page.getByLabel(fieldNames[language], { exact: true });
  return {
    field,
    open: async (): Promise<void> => {
      await page.goto(`/${language}/health-card`);
      await field.waitFor();
    },
    /** Types as a person does, key by key, and waits for the answer to the whole of it. */
    type: async (text: string): Promise<void> => {
      await field.fill('');
      await field.pressSequentially(text, { delay: 15 });
      await page.waitForURL((url) => url.searchParams.get('q') === text);
      await page.locator('main[aria-busy="false"]').waitFor();
    },
    people: page.locator('a.person-link'),
    person: (name: string) => page.locator('a.person-link', { hasText: name }),
    status: page.locator('main output'),
  };
}
