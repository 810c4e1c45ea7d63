import { copyLiterals, isJsonObject, type Resource, stringifyJson } from '#platform/fhir';

/**
 * The text of a version: the resource as the client wrote it, with the id and meta that the record gives it. Where the text
 * of the resource is known as `stringifyJson` prints it, the stamp is put into that if it can be.
 */
export function stampResource(
  resource: Resource,
  id: string,
  version: number,
  updated: string,
  printed?: string,
): string {
  const stamped = printed === undefined ? undefined : stampText(printed, resource, { id, version, updated });
  return stamped ?? printStamped(resource, id, version, updated);
}

const ownStamp = /,"meta":\{((?:"(?:versionId|lastUpdated)":"[^"\\]*",?)*)/y;

/** Undefined where type, id and meta do not lead the text, or the id is another. */
function stampText(
  text: string,
  { resourceType, id: ownId, meta }: Resource,
  { id, version, updated }: { readonly id: string; readonly version: number; readonly updated: string },
): string | undefined {
  const head = `{"resourceType":"${resourceType}","id":"${id}"`;
  if (ownId !== id || !text.startsWith(head)) {
    return undefined;
  }
  const stamp = `"versionId":"${version}","lastUpdated":"${updated}"`;
  if (meta === undefined) {
    return `${head},"meta":{${stamp}}${text.slice(head.length)}`;
  }
  ownStamp.lastIndex = head.length;
  const [found, members = ''] = ownStamp.exec(text) ?? [];
  const wanted = ['versionId', 'lastUpdated'].filter((name) => isJsonObject(meta) && name in meta);
  if (found === undefined || wanted.some((name) => !members.includes(`"${name}":`))) {
    return undefined;
  }
  const rest = text.slice(head.length + found.length);
  return `${head},"meta":{${stamp}${rest.startsWith('}') ? '' : ','}${rest}`;
}

function printStamped(resource: Resource, id: string, version: number, updated: string): string {
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
