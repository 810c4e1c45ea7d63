import type { Day } from '#platform/days';
import { monthsBetween } from '#platform/days';
import type { History } from './history.ts';

type Curve = readonly (readonly [months: number, value: number])[];

/** Mean growth of boys, rounded from common growth charts: kilograms and centimetres by months of age. */
const weightKg: Curve = [
  [0, 3.4],
  [1, 4.4],
  [2, 5.4],
  [3, 6.2],
  [4, 6.8],
  [6, 7.7],
  [9, 8.8],
  [12, 9.6],
  [18, 10.9],
  [24, 12.1],
  [36, 14.2],
  [48, 16.2],
  [60, 18.2],
  [72, 20.4],
  [84, 22.8],
  [96, 25.4],
  [108, 28.3],
  [120, 31.6],
  [132, 35.5],
  [144, 40],
  [156, 45],
  [168, 50.6],
  [180, 56],
  [192, 60.6],
  [204, 63.6],
  [216, 66],
];
const heightCm: Curve = [
  [0, 50.5],
  [1, 54.5],
  [2, 58],
  [3, 61],
  [4, 63.5],
  [6, 67.2],
  [9, 71.7],
  [12, 75.6],
  [18, 82],
  [24, 87.5],
  [36, 95.8],
  [48, 102.8],
  [60, 109.4],
  [72, 115.6],
  [84, 121.6],
  [96, 127.2],
  [108, 132.6],
  [120, 138],
  [132, 143.4],
  [144, 149],
  [156, 155.8],
  [168, 163],
  [180, 169],
  [192, 172.8],
  [204, 174.8],
  [216, 175.8],
];
const headCm: Curve = [
  [0, 34.6],
  [1, 37.2],
  [2, 39],
  [3, 40.4],
  [4, 41.5],
  [6, 43.2],
  [9, 45],
  [12, 46],
  [18, 47.3],
  [24, 48.2],
  [36, 49.4],
];

const grownMonths = 216;

/** Weight, height, head circumference and body mass index by age; undefined for whatever does not grow. */
export function grownMeasure(key: string, history: History, day: Day, trait: number): number | undefined {
  const months = monthsBetween(history.person.birth, day);
  const female = history.person.sex === 'female';
  if (key === 'head') return at(headCm, months) * (female ? 0.98 : 1) + trait;
  if (months >= grownMonths) return undefined;
  if (key === 'height') return childHeight(months, female) * (1 + trait * 0.035);
  if (key === 'weight') return at(weightKg, months) * girlsShare(months, female) * (1 + trait * 0.11);
  if (key === 'pulse') return 135 - Math.min(months, 180) * 0.32 + trait * 6;
  return undefined;
}

function childHeight(months: number, female: boolean): number {
  const boys = at(heightCm, months);
  if (!female) return boys;
  return months < 120 ? boys * 0.988 : Math.min(boys * 1.005, 163);
}

const girlsShare = (months: number, female: boolean): number =>
  female ? (months < 120 ? 0.95 : 0.95 - ((months - 120) / 96) * 0.1) : 1;

function at(curve: Curve, months: number): number {
  let [before, low] = curve[0] ?? [0, 0];
  for (const [point, value] of curve) {
    if (point > months) return low + ((value - low) * (months - before)) / (point - before);
    [before, low] = [point, value];
  }
  return low;
}
