/** A FHIR resource as a plain object; `validateResource` says whether it is one. */
export type Resource = {
  resourceType: string;
  id?: string;
  meta?: {
    versionId?: string;
    lastUpdated?: string;
    source?: string;
    profile?: string[];
    security?: unknown[];
    tag?: unknown[];
    [element: string]: unknown;
  };
  [element: string]: unknown;
};

/** Any JSON object below a resource. */
export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is a text, else the empty text. */
export function textOr(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}
