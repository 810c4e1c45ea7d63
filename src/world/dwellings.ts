import type { Address } from '@medplum/fhirtypes';
import { codeSystems, extensionUrls, translatedCoding } from './codes.ts';
import type { Random } from './random.ts';
import { byCode, cityDistricts, districts, places } from './world-data.ts';

/** Where somebody lives or is registered. */
export type Dwelling = {
  /** Code of the district, e.g. AZ-BA. */
  readonly district: string;
  /** Code of the part of a city that has parts. */
  readonly cityDistrict?: string;
  readonly rural: boolean;
  readonly line: string;
  readonly settlement: string;
  readonly postalCode: string;
};

const shareInVillages = 0.62;

/** A dwelling somewhere in the country, by the population of the districts. */
export const drawDwelling = (random: Random): Dwelling =>
  drawIn(random, random.weighted(districts, (district) => district.populationThousand).code);

/** The registered place: mostly where one lives; for some a district people have had to leave, or another one. */
export function drawRegisteredPlace(random: Random, residence: Dwelling): Dwelling {
  const draw = random.next();
  if (draw < 0.055) return drawIn(random, random.pick(places.returnDistricts));
  return draw < 0.12 ? drawDwelling(random) : residence;
}

function drawIn(random: Random, code: string): Dwelling {
  const district = byCode(districts, code);
  const parts = cityDistricts.filter(({ city }) => city === code);
  const rural = district.kind === 'rayon' && random.chance(shareInVillages);
  const street = `${random.pick(places.streets)} küçəsi, ev ${random.int(1, 180)}`;
  const flat = rural || random.chance(0.35) ? '' : `, mənzil ${random.int(1, 120)}`;
  return {
    district: code,
    ...(parts.length === 0 ? {} : { cityDistrict: random.weighted(parts, (part) => part.weight).code }),
    rural,
    line: street + flat,
    settlement: rural ? `${random.pick(places.villages)} kəndi` : `${district.name} şəhəri`,
    postalCode: postalCode(random, code),
  };
}

const postalCode = (random: Random, code: string): string => {
  const place = districts.findIndex((district) => district.code === code);
  return `AZ${place === 0 ? 10 : String(place + 20).padStart(2, '0')}${String(random.int(0, 60)).padStart(2, '0')}`;
};

const districtCodings = new Map(
  [
    ...districts.map(({ code, name, ru, en }) => ({ code, az: name, ru, en })),
    ...cityDistricts.map(({ code, name, ru, en }) => ({ code, az: name, ru, en })),
  ].map((text) => [text.code, translatedCoding(codeSystems.district, text.code, text)]),
);

/** The dwelling as a FHIR address that says which kind it is and codes its district. */
export function toAddress(dwelling: Dwelling, kind: 'residence' | 'registration'): Address {
  const { district, cityDistrict, settlement, line, postalCode: code } = dwelling;
  const coding = districtCodings.get(cityDistrict ?? district);
  if (coding === undefined) throw new TypeError(`No district ${cityDistrict ?? district}`);
  const named = byCode(districts, district);
  const part = cityDistrict === undefined ? undefined : byCode(cityDistricts, cityDistrict).name;
  const rayon = part ?? (named.kind === 'rayon' ? named.name : undefined);
  return {
    extension: [
      { url: extensionUrls.addressKind, valueCode: kind },
      { url: extensionUrls.addressDistrict, valueCoding: coding },
    ],
    use: 'home',
    type: 'physical',
    text: [line, settlement, rayon === undefined ? undefined : `${rayon} rayonu`].filter(Boolean).join(', '),
    line: [line],
    city: settlement,
    ...(rayon === undefined ? {} : { district: `${rayon} rayonu` }),
    postalCode: code,
    country: 'AZ',
  };
}
