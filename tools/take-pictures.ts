/** Takes the pictures of the README from a running program with the demo country: node tools/take-pictures.ts [address]. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumRemedy, findChromium } from './find-chromium.ts';

type Picture = {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly before?: (page: Page) => Promise<void>;
};

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
const mostBytes = 150_000;
const desktop = { width: 1200, height: 700 } as const;
const phone = { width: 360, height: 740 } as const;

/** Only people of the invented cast may be seen, so every address leads to them. */
const grandmother = 'health-card/az-p-demo-grandmother';

function picturesIn(language: string): readonly Picture[] {
  const page = (name: string, path: string, size: { width: number; height: number }): Picture => ({
    name: join(language, name),
    path: path === '' ? `/${language}` : `/${language}/${path}`,
    ...size,
  });
  return [
    page('start', '', { ...desktop, width: 1120, height: 620 }),
    page('find-person', 'health-card?q=Sehla+Eliyeva', { ...desktop, height: 560 }),
    page('health-card', grandmother, { ...desktop, height: 660 }),
    {
      ...page('result-trend', `${grandmother}/results`, desktop),
      before: async (page) => {
        await page.getByRole('link', { name: 'HbA1c' }).first().click();
        await page.waitForURL('**/trend?**');
        await page.waitForLoadState('networkidle');
        await page.evaluate('scrollTo(0, 130)');
      },
    },
    page('health-card-phone', grandmother, phone),
  ];
}

async function take(browser: Browser, baseURL: string, picture: Picture): Promise<void> {
  const { width, height } = picture;
  const page = await browser.newPage({ baseURL, viewport: { width, height }, reducedMotion: 'reduce' });
  await page.goto(picture.path, { waitUntil: 'networkidle' });
  await picture.before?.(page);
  await page.waitForLoadState('networkidle');
  const path = join(folder, `${picture.name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  await page.close();
  const { size } = await stat(path);
  if (size > mostBytes) throw new Error(`${picture.name}.png has ${size} bytes, more than ${mostBytes}`);
  console.log(`${picture.name}.png  ${Math.round(size / 1000)} kB`);
}

const baseURL = process.argv[2] ?? 'http://127.0.0.1:8080';
const executablePath = findChromium();
if (executablePath === undefined) throw new Error(chromiumRemedy);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const language of ['az', 'en']) {
    await mkdir(join(folder, language), { recursive: true });
    for (const picture of picturesIn(language)) await take(browser, baseURL, picture);
  }
} finally {
  await browser.close();
}
