export { createEvents, type Events, type EventsOptions, type Subscriber } from './events.ts';
export type { Leadership } from './leadership.ts';
export { createPause, type Pause } from './pause.ts';
