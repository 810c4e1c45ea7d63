import { choice } from '#platform/config';
import { logLevels } from './create-log.ts';

export const logSettings = {
  VSIS_LOG_LEVEL: choice({
    of: logLevels,
    default: 'info',
    since: '0.1',
    about:
      'How much the log tells, on standard error: readable in a terminal, JSON lines elsewhere. No personal data in either.',
  }),
};
