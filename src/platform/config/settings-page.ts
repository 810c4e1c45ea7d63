import { flagName } from './read-settings.ts';
import type { Setting, Specification } from './setting.ts';

function shownFallback(setting: Setting<unknown>): string {
  const { fallback } = setting;
  if (fallback === undefined) return '–';
  if (typeof fallback === 'boolean') return fallback ? '`on`' : '`off`';
  return `\`${JSON.stringify(fallback).replaceAll('"', '')}\``;
}

function section(name: string, setting: Setting<unknown>): string {
  const isFlag = setting.kind === 'flag';
  const flag = isFlag ? `${flagName(name)}\`, \`--no-${flagName(name).slice(2)}` : `${flagName(name)} <value>`;
  return [
    `## ${name}`,
    '',
    setting.about,
    '',
    `- Takes: ${setting.accepts}${setting.kind === 'secret' ? ` (or \`${name}_FILE\`: a file that holds it)` : ''}`,
    `- Default: ${shownFallback(setting)}`,
    `- Flag: \`${flag}\``,
    `- Since: ${setting.since}`,
    '',
  ].join('\n');
}

/** The reference page of all settings, as Markdown. */
export function settingsPage(specification: Specification): string {
  const head = [
    '# Settings',
    '',
    'Generated from the definitions in the source by `npm run generate`; a test keeps it fresh.',
    'A flag wins over the environment. Wrong settings stop the start with exit code 2, all listed at once.',
    '',
  ].join('\n');
  const sections = Object.entries(specification).map(([name, setting]) => section(name, setting));
  return [head, ...sections].join('\n');
}
