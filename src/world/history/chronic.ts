import type { Day } from '#platform/days';
import { consultingMinute, workday } from '../moments.ts';
import type { StaffMember } from '../staff.ts';
import { type ChronicCondition, chronicConditions } from '../world-data.ts';
import { addCondition, diseaseConcept } from './conditions.ts';
import { addVisit } from './encounters.ts';
import { type History, type Illness, since } from './history.ts';
import { addPanel } from './measurements.ts';
import { addPrescription } from './medicines.ts';
import { addBloodPressure, addBodyMeasures } from './vital-signs.ts';

type LongIllness = Illness & { readonly disease: ChronicCondition };

const daysPerYear = 365.25;
const yearsOfFollowUp = 2.6;
/** Share of the yearly visits people keep who have no severe illness. */
const shareKept = 0.5;
const daysOfSupply = 90;
/** A prescription not renewed for longer is no longer taken as in use. */
const daysOfUse = 400;

/** Diseases that stay: when they began, what is checked and what is taken since. */
export function writeChronicIllnesses(history: History): void {
  const illnesses = drawOnsets(history).map(({ disease, onset }): LongIllness => {
    const reference = addCondition(history, {
      code: disease.code,
      onset,
      recorded: onset,
      chronic: true,
      dispensaryGroup: disease.dispensaryGroup,
    });
    const illness = { code: disease.code, onset, reference, disease };
    history.illnesses.push(illness);
    return illness;
  });
  if (illnesses.length > 0) writeFollowUps(history, illnesses);
}

function drawOnsets(history: History): { disease: ChronicCondition; onset: Day }[] {
  const { person, random, wishes } = history;
  const found: { disease: ChronicCondition; onset: Day }[] = [];
  for (const disease of chronicConditions) {
    // Drawn for every disease, so that one more wish moves nothing else.
    const draw = random.next();
    const jitter = random.int(0, 364);
    if (disease.sex !== undefined && disease.sex !== person.sex) continue;
    const wished = wishes.illnesses?.[disease.code];
    const age = wished ?? (wishes.onlyWishedIllnesses === true ? undefined : onsetAge(disease, draw));
    if (age === undefined) continue;
    const onset = person.birth + Math.round(age * daysPerYear) + (wished === undefined ? jitter : 0);
    if (onset < history.end - 30) found.push({ disease, onset });
  }
  return found;
}

/** The age by which the share of people who have the disease reaches the draw. */
function onsetAge({ prevalence }: ChronicCondition, draw: number): number | undefined {
  let [age, share] = [0, 0];
  for (const [nextAge, nextShare] of prevalence) {
    if (draw < nextShare)
      return nextShare === share ? nextAge : age + ((nextAge - age) * Math.max(0, draw - share)) / (nextShare - share);
    [age, share] = [nextAge, nextShare];
  }
  return undefined;
}

function writeFollowUps(history: History, illnesses: readonly LongIllness[]): void {
  const followUps = planFollowUps(history, illnesses);
  const lastUse = new Map<string, Day>();
  for (const { chosen, day } of followUps) {
    for (const { disease } of chosen) for (const key of medicinesOf(history, disease)) lastUse.set(key, day);
  }
  for (const followUp of followUps) writeFollowUp(history, followUp, lastUse);
}

function planFollowUps(history: History, illnesses: readonly LongIllness[]): readonly FollowUp[] {
  const { random } = history;
  const severe = illnesses.some(({ disease }) => disease.dispensaryGroup === 'D3');
  const gap = severe ? 182 : 365;
  const found: FollowUp[] = [];
  let turn = random.int(0, 5);
  for (
    let day = since(history, yearsOfFollowUp) + random.int(0, gap);
    day < history.end;
    day += gap + random.int(-25, 25)
  ) {
    const visitDay = workday(day);
    const present = illnesses.filter(({ onset }) => onset < visitDay);
    const kept = severe || random.chance(shareKept);
    turn += 1;
    if (!kept || present.length === 0 || visitDay >= history.end) continue;
    found.push({ chosen: chooseSome(present, turn), day: visitDay, turn, withLaboratory: !severe || turn % 2 === 0 });
  }
  return found;
}

/** The severe diseases and, in turn, one of the others. */
function chooseSome(present: readonly LongIllness[], turn: number): readonly LongIllness[] {
  const severe = present.filter(({ disease }) => disease.dispensaryGroup === 'D3');
  const others = present.filter(({ disease }) => disease.dispensaryGroup !== 'D3');
  const other = others[turn % Math.max(1, others.length)];
  return other === undefined ? severe : [...severe, other];
}

type FollowUp = {
  readonly chosen: readonly LongIllness[];
  readonly day: Day;
  readonly turn: number;
  /** The full set of tests is made at every second visit. */
  readonly withLaboratory: boolean;
};

const testsOfEveryVisit = new Set(['glucose', 'inr', 'peakflow', 'spo2']);

function writeFollowUp(
  history: History,
  { chosen, day, turn, withLaboratory }: FollowUp,
  lastUse: ReadonlyMap<string, Day>,
): void {
  const { random } = history;
  const first = chosen[turn % Math.max(1, chosen.length)];
  if (first === undefined) return;
  const visit = addVisit(history, {
    day,
    minute: consultingMinute(random),
    type: 'followUp',
    class: 'ambulatory',
    staff: specialistFor(history, first.disease.speciality),
    reason: diseaseConcept(first.code),
  });
  const panels = new Set(chosen.flatMap(({ disease }) => disease.panels));
  if (panels.has('bp')) addBloodPressure(history, visit);
  if (panels.has('glucose') || chosen.some(({ code }) => code === 'E66.9')) addBodyMeasures(history, visit);
  for (const panel of panels) if (withLaboratory || testsOfEveryVisit.has(panel)) addPanel(history, panel, visit);
  const isRecent = history.person.death === undefined && history.end - day < daysOfUse;
  for (const { disease, reference } of chosen) {
    for (const key of medicinesOf(history, disease)) {
      const status = isRecent && lastUse.get(key) === day ? 'active' : 'completed';
      addPrescription(history, { key, visit, reason: reference, status, chronic: true, days: daysOfSupply });
    }
  }
}

/** The family doctor sees half of the visits; a disease without a speciality of its own stays with them. */
function specialistFor(history: History, speciality: string): StaffMember {
  const { person, random, registry } = history;
  if (speciality === 'family' || random.chance(0.5)) return person.doctor;
  return random.pick(registry.findStaff(speciality, person.facility));
}

/** One or two of the disease's medicines, always the same for a person. */
function medicinesOf(history: History, disease: ChronicCondition): readonly string[] {
  const { medicines } = disease;
  if (medicines.length <= 1) return medicines;
  const start = history.person.number % medicines.length;
  const count = (history.person.number + disease.code.length) % 3 === 0 ? 2 : 1;
  return Array.from({ length: count }, (_, index) => medicines[(start + index) % medicines.length] ?? '').filter(
    Boolean,
  );
}
