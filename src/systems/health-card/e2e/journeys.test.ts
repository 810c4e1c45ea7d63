import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../../../test/support/server.ts';
import { desktop, findBarriers, openBrowser, openWindow, overflowsSideways, phone } from './browser.ts';
import { cardScreen } from './card-screen.ts';
import { findPersonScreen } from './find-person-screen.ts';
import { findLanguageFaults } from './language-faults.ts';
import { spellings } from './spellings.ts';

const sampleFolder = join(process.env['VSIS_TEST_DATA'] ?? join(process.cwd(), '..', 'shared', 'data'), 'synthea');
const hasSamples = existsSync(sampleFolder);
if (!hasSamples) process.stderr.write(`No foreign records at ${sampleFolder}: journeys with them are skipped.\n`);

let server: TestServer;
let browser: Browser;

/** A journey through every part of a card, with axe on each, takes long on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  server = await startTestServer({ people: 30 });
  if (hasSamples) {
    const files = readdirSync(sampleFolder).filter((name) => /Information|^Adolph_Smith|^Jesus_Smitham/.test(name));
    await server.importFiles(
      files
        .toSorted((a, b) => Number(/Information/.test(b)) - Number(/Information/.test(a)))
        .map((name) => join(sampleFolder, name)),
    );
  }
  browser = await openBrowser();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe('finding a person', () => {
  test.each(Object.entries(spellings))('by a name typed %s', async (_, spell) => {
    const { context, page, faults } = await openWindow(browser, server.baseUrl);
    const screen = findPersonScreen(page);
    await screen.open();
    await screen.type(spell('Əliyeva Şəhla'));
    await screen.person('Əliyeva Şəhla Rauf qızı').first().waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('by FİN, typed small and with a space', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const screen = findPersonScreen(page);
    await screen.open();
    await screen.type('00test 1');
    expect(await screen.people.allTextContents()).toEqual(['Əliyeva Şəhla Rauf qızı']);
    await context.close();
  });

  test('a letter O in a FİN is taken up with an offer of 0', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const screen = findPersonScreen(page);
    await screen.open();
    await screen.type('OOTEST1');
    await page.getByRole('button', { name: '00TEST1' }).click();
    expect(await screen.person('Əliyeva Şəhla').textContent()).toBe('Əliyeva Şəhla Rauf qızı');
    await context.close();
  });

  test('from any page by keyboard alone, and back again', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto('/az/health-card?q=00TEST5');
    await findPersonScreen(page).person('Əliyeva Nigar').click();
    const card = cardScreen(page);
    await card.name.waitFor();
    await page.getByRole('combobox').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('sehla', { delay: 15 });
    await page.getByRole('option', { name: /Şəhla/ }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await card.name.filter({ hasText: 'Şəhla' }).waitFor();
    await page.goBack();
    await card.name.filter({ hasText: 'Nigar' }).waitFor();
    expect(page.url()).toMatch(/health-card\/[^?]+$/);
    await context.close();
  });

  test('narrowed down by sex and year of birth, the search stays in the address', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const screen = findPersonScreen(page);
    await screen.open();
    await screen.type('eliyev');
    const all = await screen.people.count();
    await page.getByLabel('Cins').selectOption('male');
    await page.waitForURL(/gender=male/);
    await page.locator('main[aria-busy="false"]').waitFor();
    const men = await screen.people.allTextContents();
    expect(men.length).toBeLessThan(all);
    expect(men.every((name) => /oğlu/.test(name))).toBe(true);
    await page.reload();
    await screen.people.first().waitFor();
    expect(await screen.people.allTextContents()).toEqual(men);
    await context.close();
  });

  test('nobody found: the page says what to try', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const screen = findPersonScreen(page);
    await screen.open();
    await screen.type('zzzzqqqq');
    await page.getByText('üzrə heç kim tapılmadı').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await context.close();
  });
});

const tabs = {
  az: [
    'Xülasə',
    'Zaman xətti',
    'Diaqnozlar',
    'Nəticələr',
    'Peyvəndlər',
    'Dərmanlar',
    'Allergiyalar',
    'Sənədlər',
    'Ailə və əlaqə',
  ],
  ru: [
    'Сводка',
    'Хронология',
    'Диагнозы',
    'Результаты',
    'Прививки',
    'Лекарства',
    'Аллергии',
    'Документы',
    'Семья и контакты',
  ],
  en: [
    'Summary',
    'Timeline',
    'Problems',
    'Results',
    'Vaccinations',
    'Medicines',
    'Allergies',
    'Documents',
    'Family and contacts',
  ],
} as const;

async function idOf(search: string): Promise<string> {
  const answer = await fetch(`${server.baseUrl}/fhir/Patient?${search}&_elements=id`);
  const { entry } = (await answer.json()) as { entry: { resource: { id: string } }[] }; // what the API promises
  return entry[0]?.resource.id ?? '';
}

const grandmother = () => idOf('identifier=00TEST1');

describe('the card of a citizen', () => {
  test.each([
    ['az', desktop],
    ['az', phone],
    ['ru', desktop],
    ['ru', phone],
    ['en', desktop],
    ['en', phone],
  ] as const)('opens part by part in %s at %o without a barrier', async (language, size) => {
    const { context, page, faults } = await openWindow(browser, server.baseUrl, size);
    await page.goto(`/${language}/health-card/${await grandmother()}`);
    const card = cardScreen(page);
    await card.name.filter({ hasText: 'ƏLİYEVA Şəhla Rauf qızı' }).waitFor();
    for (const tab of tabs[language]) {
      await card.openTab(tab);
      expect(await findBarriers(page), `barriers on ${tab}`).toEqual([]);
      expect(await overflowsSideways(page), `${tab} is wider than the screen`).toBe(false);
      if (language === 'az') expect(await findLanguageFaults(page), `other languages on ${tab}`).toEqual([]);
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  test('changes its language in place, without asking the record again', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto(`/az/health-card/${await grandmother()}/problems`);
    const card = cardScreen(page);
    await page.getByText('XBT-10').or(page.getByText('E11')).first().waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/fhir/')) asked.push(request.url());
    });
    await card.chooseLanguage('ru');
    await card.tab('Диагнозы').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    expect(asked).toEqual([]);
    await page.goto('/');
    await page.waitForURL('**/ru');
    await context.close();
  });

  test('costs at most twelve requests for each of its parts', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const id = await grandmother();
    for (const part of [
      '',
      '/timeline',
      '/results',
      '/vaccinations',
      '/medicines',
      '/documents',
      '/contacts',
      '/print?what=all',
    ]) {
      const asked: string[] = [];
      const note = (request: { url: () => string }) => {
        if (request.url().includes('/fhir/')) asked.push(request.url());
      };
      page.on('request', note);
      await page.goto(`/az/health-card/${id}${part}`, { waitUntil: 'networkidle' });
      page.off('request', note);
      expect(asked.length, `${part}: ${asked.join('\n')}`).toBeLessThanOrEqual(12);
    }
    await context.close();
  });

  test('leads from a result to its trend, whose table says what the chart shows', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto(`/az/health-card/${await grandmother()}/results`);
    await page.getByRole('link', { name: 'Arterial təzyiq' }).click();
    const chart = page.getByRole('img', { name: /Arterial təzyiq qrafiki/ });
    await chart.waitFor();
    const points = await chart.locator('circle').count();
    const rows = await page.getByRole('table', { name: 'Bütün dəyərlər' }).locator('tbody tr').count();
    expect(points).toBe(2 * rows);
    expect(await findBarriers(page)).toEqual([]);
    await context.close();
  });

  test('shows a document as text that can do nothing', async () => {
    const found = await fetch(`${server.baseUrl}/fhir/DocumentReference?_count=1`);
    const { entry } = (await found.json()) as { entry: { resource: { subject: { reference: string } } }[] }; // what the API promises
    const patient = entry[0]?.resource.subject.reference.split('/')[1];
    const { context, page, faults } = await openWindow(browser, server.baseUrl);
    await page.goto(`/az/health-card/${patient}/documents`);
    await page.getByRole('button', { name: /^Aç: / }).first().click();
    await page
      .locator('.document-viewer')
      .getByText(/FİN|Diaqnoz|Soyad/)
      .first()
      .waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('says which vaccine of a toddler is overdue', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.clock.setFixedTime('2026-11-23T09:00:00Z');
    await page.goto(`/az/health-card/${await idOf('identifier=00TEST5')}`);
    const due = cardScreen(page).panel('Vaxtı çatmış peyvəndlər');
    await due.getByText('QPM').first().waitFor();
    expect(await due.getByText('gecikib').count()).toBeGreaterThan(0);
    await context.close();
  });

  test('the dead are marked, and nothing falls due for them', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto(`/az/health-card/${await idOf('identifier=00TEST9')}`);
    await cardScreen(page)
      .banner.getByText(/Vəfat edib: \d{2}\.\d{2}\.\d{4}/)
      .waitFor();
    expect(await cardScreen(page).panel('Vaxtı çatmış peyvəndlər').count()).toBe(0);
    await context.close();
  });

  test('prints the summary on one page and the whole card on several', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const id = await grandmother();
    const sheets = async (what: string): Promise<number> => {
      await page.goto(`/az/health-card/${id}/print?what=${what}`, { waitUntil: 'networkidle' });
      const pdf = await page.pdf({ format: 'A4' });
      return pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    };
    expect(await sheets('summary')).toBe(1);
    expect(await sheets('all')).toBeGreaterThan(1);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.site-header').isVisible()).toBe(false);
    expect(await page.locator('.tab-links').isVisible()).toBe(false);
    expect(await page.getByText('Elektron sağlamlıq kartından çıxarış').isVisible()).toBe(true);
    expect(await findLanguageFaults(page)).toEqual([]);
    await context.close();
  });
});

describe.skipIf(!hasSamples)('the card of a foreign record', () => {
  test('is found by a foreign name and keeps its own words, marked with their language', async () => {
    const { context, page, faults } = await openWindow(browser, server.baseUrl);
    const screen = findPersonScreen(page);
    await screen.open();
    await screen.type('adolph smi');
    await screen.person('Smith Adolph').click();
    const card = cardScreen(page);
    await card.name.filter({ hasText: 'SMITH Adolph' }).waitFor();
    for (const tab of tabs.az) {
      await card.openTab(tab);
      expect(await findLanguageFaults(page), `other languages on ${tab}`).toEqual([]);
      expect(await findBarriers(page), `barriers on ${tab}`).toEqual([]);
    }
    await card.openTab('Diaqnozlar');
    const problem = page.locator('[lang="en"]', { hasText: 'Prediabetes' });
    await problem.waitFor();
    expect(await problem.locator('xpath=following-sibling::abbr').textContent()).toBe('EN');
    expect(faults).toEqual([]);
    await context.close();
  });

  test.each(['ru', 'en'] as const)('opens in %s and on a phone', async (language) => {
    const { context, page } = await openWindow(browser, server.baseUrl, phone);
    await page.goto(`/${language}/health-card/${await idOf('name=Smitham')}`);
    const card = cardScreen(page);
    for (const tab of tabs[language]) {
      await card.openTab(tab);
      expect(await findBarriers(page), `barriers on ${tab}`).toEqual([]);
      expect(await overflowsSideways(page), `${tab} is wider than the screen`).toBe(false);
    }
    await context.close();
  });
});

describe('the frame around it all', () => {
  test.each(['/az', '/ru', '/en', '/az/no-such-page', '/az/health-card/no-such-person'])(
    '%s has no barrier',
    async (address) => {
      const { context, page } = await openWindow(browser, server.baseUrl);
      await page.goto(address, { waitUntil: 'networkidle' });
      await page.locator('[data-page-heading]').first().waitFor();
      expect(await findBarriers(page)).toEqual([]);
      if (address.startsWith('/az')) expect(await findLanguageFaults(page)).toEqual([]);
      await context.close();
    },
  );

  test('a demonstration citizen is chosen and sees their card', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto('/az');
    await page.getByRole('button', { name: /Əliyeva Şəhla/ }).click();
    await cardScreen(page).name.filter({ hasText: 'Şəhla' }).waitFor();
    expect(await page.getByText('Baxan:').textContent()).toContain('Əliyeva Şəhla Rauf qızı');
    await context.close();
  });

  test('an address without a language leads to the same page in Azerbaijani', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto('/health-card?q=00TEST1');
    await page.waitForURL('**/az/health-card?q=00TEST1');
    expect(await findPersonScreen(page).field.inputValue()).toBe('00TEST1');
    await context.close();
  });

  test('the way past the header is the first stop of the keyboard', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto('/az');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Əsas məzmuna keç');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await context.close();
  });

  test('after a change of page the focus is on its heading and the title says where one is', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto(`/az/health-card/${await grandmother()}`);
    await cardScreen(page).openTab('Diaqnozlar');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Diaqnozlar');
    expect(await page.title()).toMatch(/^Diaqnozlar/);
    await context.close();
  });

  test('a server that stops answering is told in words, with a way to try again', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    await page.goto('/az/health-card');
    await page.route('**/fhir/**', (route) => route.abort());
    await findPersonScreen(page).field.fill('eliyeva');
    await page.getByText('Serverlə əlaqə yoxdur').waitFor();
    await page.unroute('**/fhir/**');
    await page.getByRole('button', { name: 'Yenidən cəhd et' }).click();
    await findPersonScreen(page).people.first().waitFor();
    expect(await page.getByText('Serverlə əlaqə yoxdur').count()).toBe(0);
    await context.close();
  });

  test('the first load stays within its budget: program 200 KB, data of a person 100 KB', async () => {
    const { context, page } = await openWindow(browser, server.baseUrl);
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const addresses = new Map<string, string>();
    const kilobytes = { program: 0, data: 0 };
    session.on('Network.responseReceived', ({ requestId, response }) => addresses.set(requestId, response.url));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const kind = addresses.get(requestId)?.includes('/fhir/') ? 'data' : 'program';
      kilobytes[kind] += encodedDataLength / 1024;
    });
    await page.goto(`/az/health-card/${await grandmother()}`, { waitUntil: 'networkidle' });
    expect(kilobytes.program).toBeGreaterThan(50);
    expect(kilobytes.program).toBeLessThan(200);
    expect(kilobytes.data).toBeGreaterThan(1);
    expect(kilobytes.data).toBeLessThan(100);
    await context.close();
  });
});
