import { addCondition, diseaseConcept, diseaseName } from './conditions.ts';
import { addDocument } from './documents.ts';
import { addVisit } from './encounters.ts';
import { ageOn, type History, hasIllness } from './history.ts';
import { writeHospitalStay } from './hospital.ts';

const shareInHospital = 0.6;

/** The last illness: a stay in hospital or a call of the ambulance, and the certificate. */
export function writeDeath(history: History): void {
  const { person, random } = history;
  if (person.death === undefined) return;
  const code = causeOfDeath(history);
  const day = Math.max(person.birth, person.death - random.int(0, 6));
  if (random.chance(shareInHospital)) writeHospitalStay(history, { code, day, endsInDeath: true });
  else callAmbulance(history, code, person.death);
  const last = history.resources.findLast((resource) => resource.resourceType === 'Encounter');
  if (last === undefined) return;
  addDocument(history, {
    kind: 'death',
    day: person.death,
    staff: person.doctor,
    body: [`Ölümün bilavasitə səbəbi: ${code} ${diseaseName(code)}`],
  });
}

function callAmbulance(history: History, code: string, day: number): void {
  const { random, registry, person } = history;
  const staff = random.pick(registry.findStaff('emergency', person.facility));
  const reason = diseaseConcept(code);
  const visit = addVisit(history, {
    day,
    minute: random.int(0, 23 * 60),
    type: 'emergency',
    class: 'emergency',
    staff,
    reason,
  });
  addCondition(history, { code, onset: day, recorded: day, chronic: false, visit });
}

function causeOfDeath(history: History): string {
  const { person, random } = history;
  if (ageOn(history, person.death ?? history.end) < 35) return random.pick(['S06.0', 'J18.9']);
  if (hasIllness(history, 'C18.9')) return 'C18.9';
  if (hasIllness(history, 'I25.1')) return 'I21.9';
  return random.weighted(['I21.9', 'I63.9', 'I46.1', 'J18.9'], (code) =>
    code === 'I46.1' ? 1 : code === 'J18.9' ? 1.5 : 3,
  );
}
