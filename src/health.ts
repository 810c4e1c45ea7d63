import type { FastifyInstance } from 'fastify';
import type { Sql } from '#platform/database';

const patienceMs = 2_000;

async function databaseAnswers(sql: Sql): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), patienceMs);
  const answer = sql`select 1`.then(
    () => true,
    () => false,
  );
  const answers = await Promise.race([answer, late.promise]);
  clearTimeout(timer);
  return answers;
}

/**
 * For the machine that watches this one: `/health/live` answers while the program runs, `/health/ready` only while it
 * can serve, that is while its database answers.
 */
export function registerHealth(app: FastifyInstance, sql: Sql): void {
  app.get('/health/live', async (_request, reply) => reply.type('application/json').send('{"status":"live"}'));
  app.get('/health/ready', async (_request, reply) => {
    const ready = await databaseAnswers(sql);
    return reply
      .code(ready ? 200 : 503)
      .type('application/json')
      .header('Cache-Control', 'no-store')
      .send(ready ? '{"status":"ready"}' : '{"status":"database does not answer"}');
  });
}
