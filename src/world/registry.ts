import type { Location, Organization, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import type { LocalText } from '#platform/i18n';
import { identifierSystems } from '#platform/names';
import { codeSystems, concept, extensionUrls, plainConcept, translatedCoding } from './codes.ts';
import { buildStaff, type StaffMember } from './staff.ts';
import {
  byCode,
  cityDistricts,
  type District,
  districts,
  facilityTypes,
  nationalBodies,
  owners,
  regions,
} from './world-data.ts';

/** An institution with what histories need to know of it. */
export type Facility = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly owner: string;
  /** Code of its district. */
  readonly district: string;
  readonly partOf?: string;
  readonly staff: StaffMember[];
};

export type Registry = {
  readonly facilities: readonly Facility[];
  readonly byDistrict: ReadonlyMap<string, readonly Facility[]>;
  /** A worker of a speciality: at the facility, else in its district, else in the country. */
  readonly findStaff: (speciality: string, facility: Facility) => readonly StaffMember[];
};

const placeId = (code: string): string => `az-loc-${code.toLowerCase()}`;
export const facilityLocationId = (facilityId: string): string => facilityId.replace('az-org-', 'az-loc-');

const peoplePerPolyclinicThousand = 110;
const peoplePerPharmacyThousand = 200;
const maternityFromThousand = 160;

/** The institutions and staff of the country: the same for every seed and size. */
export function buildRegistry(): Registry {
  const facilities = [...nationalFacilities(), ...districts.flatMap(districtFacilities)];
  let count = 0;
  for (const facility of facilities) {
    const type = byCode(facilityTypes, facility.type);
    facility.staff.push(...buildStaff(facility.id, facility.name, type.staff, count));
    count += type.staff.length;
  }
  const byDistrict = Map.groupBy(facilities, (facility) => facility.district);
  return { facilities, byDistrict, findStaff: staffFinder(facilities) };
}

function staffFinder(facilities: readonly Facility[]): Registry['findStaff'] {
  const everyone = facilities.flatMap((facility) => facility.staff.map((member) => ({ facility, member })));
  const nationwide = Map.groupBy(everyone, ({ member }) => member.speciality);
  const regional = Map.groupBy(everyone, ({ facility, member }) => `${facility.district}/${member.speciality}`);
  return (speciality, facility) => {
    const own = facility.staff.filter((member) => member.speciality === speciality);
    if (own.length > 0) return own;
    const near = regional.get(`${facility.district}/${speciality}`) ?? nationwide.get(speciality) ?? [];
    return near.map(({ member }) => member);
  };
}

function nationalFacilities(): Facility[] {
  return nationalBodies.map(({ code, type, owner, partOf, az }) => ({
    id: `az-org-${code}`,
    name: az,
    type,
    owner,
    district: code.startsWith('naxcivan') ? 'AZ-NV' : 'AZ-BA',
    ...(partOf === undefined ? {} : { partOf: `az-org-${partOf}` }),
    staff: [],
  }));
}

/** The institutions of one district, as many as its people ask for. */
function districtFacilities(district: District): Facility[] {
  const naxcivan = district.region === 'R02';
  const owner = naxcivan ? 'naxcivan' : 'tebib';
  const parent = naxcivan ? 'az-org-naxcivan-moh' : 'az-org-tebib';
  const made: Facility[] = [];
  const add = (type: string, name: string, ownedBy = owner, partOf: string | undefined = parent): void => {
    const number = String(made.length + 1).padStart(2, '0');
    const id = `az-org-${district.code.slice(3).toLowerCase()}-${number}`;
    made.push({
      id,
      name,
      type,
      owner: ownedBy,
      district: district.code,
      ...(partOf === undefined ? {} : { partOf }),
      staff: [],
    });
  };
  const people = district.populationThousand;
  addHospitals(district, add);
  for (let number = 1; number <= Math.max(1, Math.round(people / peoplePerPolyclinicThousand)); number += 1) {
    add('poliklinika', `${placeOf(district)} ${number} nömrəli poliklinika`);
  }
  if (people >= maternityFromThousand) add('dogum-evi', `${placeOf(district)} doğum evi`);
  if (people >= 400) add('usaq-poliklinikasi', `${placeOf(district)} uşaq poliklinikası`);
  if (district.kind === 'rayon') {
    add('asm', `${district.name} Ailə Sağlamlıq Mərkəzi`);
    add('fmm', `${placeOf(district)} 1 nömrəli feldşer-mama məntəqəsi`);
  }
  add(
    'gem',
    `${placeOf(district)} Gigiyena və Epidemiologiya Mərkəzi`,
    naxcivan ? 'naxcivan' : 'nazirlik',
    naxcivan ? parent : 'az-org-rgem',
  );
  for (let number = 1; number <= Math.max(1, Math.round(people / peoplePerPharmacyThousand)); number += 1) {
    add('aptek', `${placeOf(district)} ${number} nömrəli aptek`, 'ozel', undefined);
  }
  return made;
}

function addHospitals(district: District, add: (type: string, name: string) => void): void {
  if (district.kind === 'rayon') {
    add('rmx', `${district.name} Rayon Mərkəzi Xəstəxanası`);
    return;
  }
  const count = Math.max(1, Math.round(district.populationThousand / 350));
  for (let number = 1; number <= count; number += 1) {
    add(
      'seher-xestexanasi',
      count === 1 ? `${district.name} Şəhər Xəstəxanası` : `${district.name} ${number} nömrəli Şəhər Xəstəxanası`,
    );
  }
}

const placeOf = (district: District): string => `${district.name} ${district.kind === 'city' ? 'şəhəri' : 'rayonu'}`;

export type RegistryResource = (Organization | Location | Practitioner | PractitionerRole) & { id: string };

/** The registry as resources: places, institutions with their buildings, staff with their posts. */
export function* registryResources(registry: Registry): Generator<RegistryResource> {
  yield* placeResources();
  const ownerConcepts = new Map(
    owners.map((owner) => [owner.code, translatedCoding(codeSystems.facilityOwner, owner.code, owner)]),
  );
  const typeConcepts = new Map(
    facilityTypes.map((type) => [type.code, concept(codeSystems.facilityType, type.code, type)]),
  );
  for (const facility of registry.facilities) {
    const owner = ownerConcepts.get(facility.owner);
    const type = typeConcepts.get(facility.type);
    if (owner === undefined || type === undefined) throw new TypeError(`${facility.id} has an unknown owner or type`);
    yield {
      resourceType: 'Organization',
      id: facility.id,
      extension: [{ url: extensionUrls.facilityOwner, valueCoding: owner }],
      identifier: [{ system: identifierSystems.facility, value: facility.id.replace('az-org-', '').toUpperCase() }],
      active: true,
      type: [type],
      name: facility.name,
      ...(facility.partOf === undefined ? {} : { partOf: { reference: `Organization/${facility.partOf}` } }),
    };
    yield building(facility);
    for (const member of facility.staff) yield* member.resources;
  }
}

function building(facility: Facility): Location & { id: string } {
  return {
    resourceType: 'Location',
    id: facilityLocationId(facility.id),
    status: 'active',
    name: facility.name,
    mode: 'instance',
    physicalType: plainConcept('http://terminology.hl7.org/CodeSystem/location-physical-type', 'bu'),
    managingOrganization: { reference: `Organization/${facility.id}` },
    partOf: { reference: `Location/${placeId(facility.district)}` },
  };
}

function* placeResources(): Generator<RegistryResource> {
  const country = {
    code: 'AZ',
    az: 'Azərbaycan Respublikası',
    ru: 'Азербайджанская Республика',
    en: 'Republic of Azerbaijan',
  };
  yield place(country, country);
  for (const region of regions) yield place(region, region, 'AZ');
  for (const district of districts) {
    const suffix =
      district.kind === 'city'
        ? { az: 'şəhəri', ru: 'город', en: 'city' }
        : { az: 'rayonu', ru: 'район', en: 'district' };
    const text = {
      az: `${district.name} ${suffix.az}`,
      ru: district.kind === 'city' ? `город ${district.ru}` : `${district.ru} район`,
      en: `${district.en} ${suffix.en}`,
    };
    yield place(district, text, district.region);
  }
  for (const part of cityDistricts) {
    yield place(part, { az: `${part.name} rayonu`, ru: `район ${part.ru}`, en: `${part.en} district` }, part.city);
  }
}

function place({ code }: { readonly code: string }, text: LocalText, partOf?: string): Location & { id: string } {
  return {
    resourceType: 'Location',
    id: placeId(code),
    identifier: [{ system: codeSystems.district, value: code }],
    status: 'active',
    name: text.az,
    alias: [text.ru, text.en],
    mode: 'instance',
    type: [concept(codeSystems.district, code, text)],
    physicalType: plainConcept('http://terminology.hl7.org/CodeSystem/location-physical-type', 'jdn'),
    ...(partOf === undefined ? {} : { partOf: { reference: `Location/${placeId(partOf)}` } }),
  };
}
