export { flagName, readSettings, type SettingSources, settingsExitCode, splitFlags } from './read-settings.ts';
export {
  choice,
  flag,
  integer,
  port,
  type Setting,
  type Settings,
  type Specification,
  secret,
  text,
} from './setting.ts';
export { settingsPage } from './settings-page.ts';
