/** Looks into an answer and throws where it is not what was asked for: a fast wrong answer is no answer. */
export type AnswerCheck = (body: unknown) => void;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export function isResource(type: string, id?: string): AnswerCheck {
  return (body) => {
    const resource = fieldsOf(body);
    if (resource['resourceType'] !== type) throw new Error(`The answer is no ${type}.`);
    if (typeof resource['id'] !== 'string') throw new Error(`The ${type} in the answer has no id.`);
    if (id !== undefined && resource['id'] !== id)
      throw new Error(`The answer is another ${type} than the one asked for.`);
  };
}

/** A Bundle with this many entries that are no mere remarks on the search. */
export function hasEntries(wanted: number): AnswerCheck {
  return (body) => {
    const found = countEntries(body);
    if (found !== wanted) throw new Error(`The answer has ${found} entries instead of ${wanted}.`);
  };
}

export function countEntries(body: unknown): number {
  const bundle = fieldsOf(body);
  if (bundle['resourceType'] !== 'Bundle') throw new Error('The answer is no Bundle.');
  const entries: readonly unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  return entries.filter((entry) => fieldsOf(fieldsOf(entry)['search'])['mode'] !== 'outcome').length;
}
