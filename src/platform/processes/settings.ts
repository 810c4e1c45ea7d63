import { integer } from '#platform/config';

export const processSettings = {
  VSIS_PROCESSES: integer({
    default: 0,
    max: 64,
    since: '0.1',
    about:
      'How many processes serve requests. 0 takes half of the processors (the database needs the others), eight at most. With more than one, a further process starts the database and watches over them.',
  }),
  VSIS_DATABASE_CONNECTIONS: integer({
    default: 0,
    max: 10_000,
    since: '0.1',
    about:
      'Most connections to the database of all processes that serve together. 0 means ten for each and 60 in all. Each gets four at least.',
  }),
};
