import { integer, port, text } from '#platform/config';

export const telemetrySettings = {
  VSIS_OPERATIONS_PORT: port({
    since: '0.1',
    about:
      'A port on 127.0.0.1 for the machine that watches this one: `/metrics` in the Prometheus text format, and `/health/…` from the first moment of the start. Without it there are no metrics to fetch. 0 takes a free port.',
  }),
  VSIS_OTLP_URL: text({
    since: '0.1',
    accepts: 'an address like http://127.0.0.1:4318',
    check: (address) =>
      /^https?:\/\//.test(address) && URL.canParse(address) ? undefined : 'must look like http://127.0.0.1:4318',
    about:
      'An OpenTelemetry collector that takes OTLP over HTTP: traces and metrics are sent to it. Without it nothing is sent and no spans are kept. No personal data is in either.',
  }),
  VSIS_TRACE_PERCENT: integer({
    default: 10,
    max: 100,
    since: '0.1',
    about:
      'Of how many in a hundred requests the trace is sent. Where a request says by `traceparent` whether its trace is kept, that is heeded.',
  }),
  VSIS_SLOW_LOG_MS: integer({
    default: 500,
    since: '0.1',
    about:
      'Searches and statements that take this many milliseconds or longer are logged as `slow search` and `slow statement`, without the values that were sought.',
  }),
};
