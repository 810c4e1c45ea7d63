import { integer, port } from '#platform/config';

export const telemetrySettings = {
  VSIS_OPERATIONS_PORT: port({
    since: '0.1',
    about:
      'A port on 127.0.0.1 for the machine that watches this one: `/metrics` in the Prometheus text format, and `/health/…` from the first moment of the start. Without it there are no metrics to fetch. 0 takes a free port.',
  }),
  VSIS_SLOW_LOG_MS: integer({
    default: 500,
    since: '0.1',
    about:
      'Searches and statements that take this many milliseconds or longer are logged as `slow search` and `slow statement`, without the values that were sought.',
  }),
};
