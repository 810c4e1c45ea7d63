import { invalid, printable } from './errors.ts';
import { compartmentMembers, isStoredType, storedTypes } from './search-parameters.ts';

/** Where a search looks: resources of some types, all or those of one compartment. */
export type SearchTarget = {
  /** Address below the base. */
  readonly path: string;
  readonly types: readonly string[];
  /** The types were named one by one, so that each may be asked by parameters of its own. */
  readonly isNamed: boolean;
  readonly compartment?: { readonly type: string; readonly id: string };
};

/** All resources of the record; `_type` narrows them. */
export const wholeRecord: SearchTarget = { path: '', types: storedTypes, isNamed: false };

/** Resources within the compartment of a resource: of one type, or all (`*`). */
export function compartmentTarget(type: string, id: string, member: string): SearchTarget {
  const members = compartmentMembers(type);
  const path = `${type}/${id}/${member}`;
  const compartment = { type, id };
  return member === '*'
    ? { path, types: members, isNamed: false, compartment }
    : { path, types: members.filter((each) => each === member), isNamed: true, compartment };
}

export function toTarget(sought: string | SearchTarget): SearchTarget {
  return typeof sought === 'string' ? { path: sought, types: [sought], isNamed: true } : sought;
}

/** The target with only the types that `_type` names. */
export function narrowTarget(target: SearchTarget, given: readonly (readonly [string, string])[]): SearchTarget {
  const wanted = given.filter(([name]) => name === '_type').flatMap(([, value]) => value.split(','));
  if (wanted.length === 0 || target.isNamed) {
    return target;
  }
  const unknown = wanted.find((type) => !isStoredType(type));
  if (unknown !== undefined) {
    throw invalid('_type', `${printable(unknown)} is no resource type`);
  }
  const outside = wanted.find((type) => !target.types.includes(type));
  if (outside !== undefined) {
    throw invalid('_type', `${outside} never belongs to this compartment`);
  }
  return { ...target, types: [...new Set(wanted)], isNamed: true };
}

/** `_type` has a meaning only where the address leaves the type open. */
export function isOpen(path: string): boolean {
  return path === '' || path.endsWith('/*');
}
