import type { Sql, SqlPool } from '../sql.ts';
import { beginning } from './compile-keys.ts';

type Known = { readonly isRare: boolean; readonly untilMs: number };
type Knowledge = { readonly known: Map<string, Known>; readonly asked: Set<string> };

const rareAtMost = 2000;
const knownForMs = 600_000;
const knownAtMost = 20_000;
const askedAtMost = 100;
/** Names are counted by their first letters, so that a few thousand counts tell of all of them. */
const countedLetters = 4;
const lettersAtLeast = 3;

const knowledgeOf = new WeakMap<Sql, Knowledge>();

/**
 * Whether few resources have a text that begins so, as far as is known. What is not known is counted in the background:
 * whoever asks again is told.
 */
export function isRareText(sql: Sql, code: string, form: string, nowMs = performance.now()): boolean {
  if (form.length < lettersAtLeast || !('begin' in sql)) {
    return false;
  }
  let knowledge = knowledgeOf.get(sql);
  if (!knowledge) {
    knowledge = { known: new Map(), asked: new Set() };
    knowledgeOf.set(sql, knowledge);
  }
  const entry = `${code}=${form.slice(0, countedLetters)}`;
  const known = knowledge.known.get(entry);
  if (known && known.untilMs > nowMs) {
    return known.isRare;
  }
  ask(sql as SqlPool, knowledge, entry); // as: only a pool can begin
  return known?.isRare ?? false;
}

function ask(sql: SqlPool, knowledge: Knowledge, entry: string): void {
  const { asked } = knowledge;
  if (asked.size >= askedAtMost || asked.has(entry)) {
    return;
  }
  asked.add(entry);
  if (asked.size === 1) {
    void answerAll(sql, knowledge);
  }
}

/** One count at a time. What the database cannot count in its time is not rare. */
async function answerAll(sql: SqlPool, { known, asked }: Knowledge): Promise<void> {
  for (const entry of asked) {
    const isRare = await hasFew(sql, entry).catch(() => false);
    if (known.size >= knownAtMost) {
      known.clear();
    }
    known.set(entry, { isRare, untilMs: performance.now() + knownForMs });
    asked.delete(entry);
  }
}

async function hasFew(sql: SqlPool, entry: string): Promise<boolean> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count
    from (select from record.resource where strings @@ ${beginning(entry)}::text::tsquery limit ${rareAtMost + 1}) as found`;
  return (row?.count ?? 0) <= rareAtMost;
}
