import { isJsonObject, type JsonObject, type Resource } from '#platform/fhir';

type Primitive = string | number | boolean;

/** What an operation is given, checked against its definition: each value is of the type the definition says. */
export type OperationParameters = {
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  readonly number: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean | undefined;
  /** Values of a data type that is no primitive, or resources. */
  readonly objects: (name: string) => readonly JsonObject[];
  readonly resource: (name: string) => Resource | undefined;
  /** Values that are made up of parts. */
  readonly parts: (name: string) => readonly OperationParameters[];
  /** Search parameters beside the operation's own, as name and value. */
  readonly others: readonly (readonly [string, string])[];
  /** All primitive values, as they stand in an address. */
  readonly pairs: readonly (readonly [string, string])[];
};

/** Values by parameter, still in one list of each kind. */
export type ParameterValues = {
  readonly plain: readonly (readonly [string, Primitive | JsonObject])[];
  readonly parted: readonly (readonly [string, OperationParameters])[];
  readonly others: readonly (readonly [string, string])[];
};

export function toOperationParameters({ plain, parted, others }: ParameterValues): OperationParameters {
  const all = (name: string): (Primitive | JsonObject)[] =>
    plain.filter(([each]) => each === name).map(([, value]) => value);
  const texts = (name: string): string[] => all(name).filter((each) => typeof each === 'string');
  const objects = (name: string): JsonObject[] => all(name).filter(isJsonObject);
  return {
    text: (name) => texts(name)[0],
    texts,
    number: (name) => all(name).find((each) => typeof each === 'number'),
    flag: (name) => all(name).find((each) => typeof each === 'boolean'),
    objects,
    resource: (name) => objects(name).find(isResource),
    parts: (name) => parted.filter(([each]) => each === name).map(([, value]) => value),
    others,
    pairs: [
      ...plain
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]): [string, string] => [name, String(value)]),
      ...others,
    ],
  };
}

function isResource(value: JsonObject): value is Resource {
  return typeof value['resourceType'] === 'string';
}
