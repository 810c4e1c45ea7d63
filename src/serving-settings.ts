import { integer } from '#platform/config';

/** How the program serves under load, and how it stops. */
export const servingSettings = {
  VSIS_REQUESTS_AT_MOST: integer({
    default: 256,
    min: 1,
    since: '0.1',
    about:
      'Most requests one process works on at a time. The next one is answered 503 with Retry-After at once instead of waiting in a growing line.',
  }),
  VSIS_UNSENT_MEGABYTES: integer({
    default: 128,
    min: 1,
    since: '0.1',
    about:
      'Most memory, in one process, of answers that clients have not taken yet. Beyond it the answers that have waited longest are cut off, and reads are refused with 503.',
  }),
  VSIS_STATEMENT_SECONDS: integer({
    default: 30,
    max: 86_400,
    since: '0.1',
    about:
      'A statement of the database that takes more seconds is broken off and its request answered 503, so that no search holds the others up. 0 means never.',
  }),
  VSIS_DRAIN_PAUSE_MS: integer({
    default: 1000,
    max: 600_000,
    since: '0.1',
    about:
      'How long the program goes on taking connections after SIGTERM, while `/health/ready` already says 503 and every answer ends its connection: time for a load balancer to look elsewhere. Ctrl-C does not wait.',
  }),
  VSIS_DRAIN_SECONDS: integer({
    default: 30,
    max: 3_600,
    since: '0.1',
    about: 'How long requests under way may take to end when the program stops. What lasts longer is cut off.',
  }),
};
