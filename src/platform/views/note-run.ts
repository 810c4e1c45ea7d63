import { stringifyJson } from '#platform/fhir';
import type { Actor, Sql } from '#platform/store';
import type { View } from './view-tree.ts';

export type RunRecord = {
  readonly actor: Actor;
  readonly view: View;
  /** The ViewDefinition as it was given. */
  readonly definition: unknown;
  readonly filters: Readonly<Record<string, unknown>>;
  readonly format: string;
};

/** Records who runs which view over what; settles when it is durable, and nothing may be shown before. */
export async function noteRun(sql: Sql, { actor, view, definition, filters, format }: RunRecord): Promise<void> {
  await sql`
    insert into views.run (actor, request_id, resource_type, name, url, definition, filters, format)
    values (${actor.name}, ${actor.requestId ?? null}, ${view.resource}, ${view.name ?? null}, ${view.url ?? null},
      ${stringifyJson(definition)}, ${JSON.stringify(filters)}::text::jsonb, ${format})`;
}
