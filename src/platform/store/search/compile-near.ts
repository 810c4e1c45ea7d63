import { type Point, readSurroundings } from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { hasEntry, numericLiteral } from './compile-range.ts';
import { anyOf, type Scope } from './scope.ts';

/** Mean radius of the Earth; a great circle on the sphere errs by half a percent at most. */
const earthKm = 6371.0088;
const kmPerDegree = (earthKm * Math.PI) / 180;

/** Rows with a place within the distance of one of the given places. */
export function compileNear(scope: Scope, code: string, values: readonly string[]): Clause {
  const near = values.map((value) => {
    const { latitude, longitude, km } = readSurroundings(code, value);
    const degrees = km / kmPerDegree;
    const box = clause`entry.lo >= ${numericLiteral(latitude - degrees)} and entry.lo <= ${numericLiteral(latitude + degrees)}`;
    return clause`(${box} and ${distance({ latitude, longitude })} <= ${String(km)}::text::float8)`;
  });
  return hasEntry(scope, code, anyOf(near));
}

/** Kilometres between a place and that of a row of the range table, alias `entry`: the haversine formula. */
export function distance({ latitude, longitude }: Point): Clause {
  const lat = clause`${String(latitude)}::text::float8`;
  const lon = clause`${String(longitude)}::text::float8`;
  return clause`(2 * ${String(earthKm)}::text::float8 * asin(least(1, sqrt(
    power(sind((entry.lo::float8 - ${lat}) / 2), 2)
    + cosd(${lat}) * cosd(entry.lo::float8) * power(sind((entry.hi::float8 - ${lon}) / 2), 2)))))`;
}
