import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];

/** The Chromium that journeys in a browser use: VSIS_TEST_CHROMIUM, else the one installed; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env['VSIS_TEST_CHROMIUM'];
  return named && existsSync(named) ? named : places.find((path) => existsSync(path));
}

export const chromiumRemedy =
  'Chromium is not installed: on Debian run apt-get install chromium, or set VSIS_TEST_CHROMIUM.';
