import { parseArgs } from 'node:util';
import { startProgress } from '#platform/exchange';
import { openAddedParameters } from '#platform/store';
import { seedWorld } from '../seed-world.ts';
import type { Command } from './command.ts';

export const seedCommand: Command = {
  name: 'seed',
  summary: 'fill the record with the seed country',
  usage: `vsis seed [--people N] [--seed TEXT] [--today YYYY-MM-DD]

Invents people with families, addresses and histories, the same for the same seed, number and day.

  --people N    how many (default 1000; families are whole, so it may be a few more)
  --seed TEXT   another text gives other people (default vsis)
  --today DAY   the day on which the histories end (default today)`,
  run: async (args, { openDatabase, settings, print, signal }) => {
    const { values } = parseArgs({
      args: [...args],
      options: { people: { type: 'string' }, seed: { type: 'string', default: 'vsis' }, today: { type: 'string' } },
    });
    const people = values.people === undefined ? settings.VSIS_PEOPLE : Number(values.people);
    const today = values.today ?? new Date().toISOString().slice(0, 10);
    const database = await openDatabase();
    const bar = startProgress(process.stderr, 'Seed', 'resources');
    const startedMs = performance.now();
    await using parameters = await openAddedParameters({ sql: database.sql, onlyFollow: true });
    const store = { sql: database.sql, now: () => new Date(), parameters };
    const counts = await seedWorld(
      store,
      { people, seed: values.seed, today },
      (state) => bar.show({ done: state.people, total: people, items: state.resources }),
      signal,
    );
    bar.finish();
    const seconds = (performance.now() - startedMs) / 1000;
    const stored = counts.created + counts.updated + counts.unchanged;
    print(`${counts.created} created, ${counts.updated} updated, ${counts.unchanged} unchanged.`);
    print(`${seconds.toFixed(1)} s, ${Math.round(stored / seconds)} resources/s.`);
    return 0;
  },
};
