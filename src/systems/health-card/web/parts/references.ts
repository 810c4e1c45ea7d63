import type { Reference, Resource } from '@medplum/fhirtypes';
import { fullName, preferredName } from '../../domain/person.ts';

/** The resource a reference points to, if it came along. */
function resolve(reference: Reference | undefined, resources: readonly Resource[]): Resource | undefined {
  return resources.find(({ resourceType, id }) => reference?.reference === `${resourceType}/${id}`);
}

/** What to call the one referred to: the words of the reference, else the name of the resource that came along. */
export function nameOfReference(reference: Reference | undefined, resources: readonly Resource[]): string | undefined {
  const resource = resolve(reference, resources);
  return reference?.display ?? (resource && nameOfResource(resource));
}

function nameOfResource(resource: Resource): string | undefined {
  switch (resource.resourceType) {
    case 'Organization':
      return resource.name;
    case 'Practitioner':
    case 'RelatedPerson':
    case 'Patient':
      return fullName(preferredName(resource.name));
    case 'PractitionerRole':
      return resource.practitioner?.display;
    default:
      return undefined;
  }
}
