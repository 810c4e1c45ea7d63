import type { Page } from 'playwright-core';

/** A person's card, as a user knows it. */
export function cardScreen(page: Page) {
  const banner = page.locator('.patient-banner');
  return {
    banner,
    name: banner.getByRole('heading', { level: 1 }),
    tab: (name: string) => page.locator('.tab-links').getByRole('link', { name, exact: true }),
    openTab: async (name: string): Promise<void> => {
      await page.locator('.tab-links').getByRole('link', { name, exact: true }).click();
      await page.locator('.tab-links a[aria-current="page"]', { hasText: name }).waitFor();
      await page.locator('main[aria-busy="false"]').waitFor();
    },
    chooseLanguage: async (language: 'az' | 'ru' | 'en'): Promise<void> => {
      await page.locator(`.language-switch a[hreflang="${language}"]`).click();
      await page.waitForURL(`**/${language}/**`);
    },
    panel: (title: string) => page.getByRole('region', { name: title, exact: true }),
  };
}
