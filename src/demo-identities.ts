import type { DemoIdentity } from '#platform/identity';
import { type DemoPerson, demoCast } from '#world';

/** Whom a demo token can speak for: `Patient/…` or `Practitioner/…`, with the role played. */
export type DemoEntry = DemoIdentity & Pick<DemoPerson, 'key' | 'fin' | 'name' | 'about'>;

export const demoIdentities: readonly DemoEntry[] = demoCast.map(
  ({ key, fin, name, about, role, resourceType, id }) => ({
    key,
    fin,
    name,
    about,
    role,
    subject: `${resourceType}/${id}`,
  }),
);

/** Finds a demo person by key, FİN, id or role; of several with a role the first. */
export function findDemoIdentity(wanted: string): DemoEntry | undefined {
  const matches = (entry: DemoEntry): boolean =>
    [entry.key, entry.fin, entry.subject, entry.subject.split('/')[1], entry.name].includes(wanted);
  return demoIdentities.find(matches) ?? demoIdentities.find((entry) => entry.role === wanted);
}
