import { copyLiterals, isJsonObject, type Resource, stringifyJson } from '#platform/fhir';

/** The text of a version: the resource as the client wrote it, with the id and meta that the record gives it. */
export function stampResource(resource: Resource, id: string, version: number, updated: string): string {
  const { resourceType, id: _id, meta, ...rest } = resource;
  const { versionId: _version, lastUpdated: _updated, ...ownMeta } = isJsonObject(meta) ? meta : {};
  const stamped = {
    resourceType,
    id,
    meta: { versionId: String(version), lastUpdated: updated, ...ownMeta },
    ...rest,
  };
  copyLiterals(resource, stamped);
  return stringifyJson(stamped);
}

const stamp = /"versionId":"\d+","lastUpdated":"[^"]*"/;

/** Whether two stamped texts differ in nothing but version and time. */
export function isSameContent(left: string, right: string): boolean {
  return left.length > 0 && left.replace(stamp, '') === right.replace(stamp, '');
}
