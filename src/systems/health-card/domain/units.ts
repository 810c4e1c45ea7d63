import type { Language } from '#platform/i18n';

type UnitWords = string | Readonly<Record<Language, string>>;

/** Units of UCUM whose code is not what people write. Units that are the same everywhere stand as one text. */
const written: Readonly<Record<string, UnitWords>> = {
  'mm[Hg]': { az: 'mm c.süt.', ru: 'мм рт. ст.', en: 'mmHg' },
  mmHg: { az: 'mm c.süt.', ru: 'мм рт. ст.', en: 'mmHg' },
  cm: { az: 'sm', ru: 'см', en: 'cm' },
  mm: { az: 'mm', ru: 'мм', en: 'mm' },
  m: { az: 'm', ru: 'м', en: 'm' },
  kg: { az: 'kq', ru: 'кг', en: 'kg' },
  g: { az: 'q', ru: 'г', en: 'g' },
  mg: { az: 'mq', ru: 'мг', en: 'mg' },
  ug: { az: 'mkq', ru: 'мкг', en: 'µg' },
  mL: { az: 'ml', ru: 'мл', en: 'mL' },
  ml: { az: 'ml', ru: 'мл', en: 'mL' },
  L: { az: 'l', ru: 'л', en: 'L' },
  'kg/m2': { az: 'kq/m²', ru: 'кг/м²', en: 'kg/m²' },
  'g/dL': { az: 'q/dl', ru: 'г/дл', en: 'g/dL' },
  'g/L': { az: 'q/l', ru: 'г/л', en: 'g/L' },
  'mg/dL': { az: 'mq/dl', ru: 'мг/дл', en: 'mg/dL' },
  'mg/L': { az: 'mq/l', ru: 'мг/л', en: 'mg/L' },
  'mg/g': { az: 'mq/q', ru: 'мг/г', en: 'mg/g' },
  'ug/L': { az: 'mkq/l', ru: 'мкг/л', en: 'µg/L' },
  'ng/mL': { az: 'nq/ml', ru: 'нг/мл', en: 'ng/mL' },
  'pg/mL': { az: 'pq/ml', ru: 'пг/мл', en: 'pg/mL' },
  'mmol/L': { az: 'mmol/l', ru: 'ммоль/л', en: 'mmol/L' },
  'umol/L': { az: 'mkmol/l', ru: 'мкмоль/л', en: 'µmol/L' },
  'U/L': { az: 'V/l', ru: 'Ед/л', en: 'U/L' },
  'mU/L': { az: 'mV/l', ru: 'мЕд/л', en: 'mU/L' },
  'm[IU]/L': { az: 'mBV/l', ru: 'мМЕ/л', en: 'mIU/L' },
  '[IU]/L': { az: 'BV/l', ru: 'МЕ/л', en: 'IU/L' },
  'mL/min': { az: 'ml/dəq', ru: 'мл/мин', en: 'mL/min' },
  'mL/min/{1.73_m2}': { az: 'ml/dəq/1,73 m²', ru: 'мл/мин/1,73 м²', en: 'mL/min/1.73 m²' },
  'mm/h': { az: 'mm/saat', ru: 'мм/ч', en: 'mm/h' },
  '/min': { az: '/dəq', ru: '/мин', en: '/min' },
  '{beats}/min': { az: 'vurğu/dəq', ru: 'уд/мин', en: 'beats/min' },
  '{breaths}/min': { az: 'nəfəs/dəq', ru: 'вд/мин', en: 'breaths/min' },
  Cel: '°C',
  '[degF]': '°F',
  '10*9/L': '10⁹/l',
  '10*12/L': '10¹²/l',
  '10*3/uL': '10³/µl',
  '10*6/uL': '10⁶/µl',
  'L/min': { az: 'l/dəq', ru: 'л/мин', en: 'L/min' },
  'pmol/L': { az: 'pmol/l', ru: 'пмоль/л', en: 'pmol/L' },
  fL: { az: 'fl', ru: 'фл', en: 'fL' },
  pg: { az: 'pq', ru: 'пг', en: 'pg' },
  h: { az: 'saat', ru: 'ч', en: 'h' },
  d: { az: 'gün', ru: 'дн.', en: 'days' },
  wk: { az: 'həftə', ru: 'нед.', en: 'weeks' },
  mo: { az: 'ay', ru: 'мес.', en: 'months' },
  '{INR}': { az: 'BNN', ru: 'МНО', en: 'INR' },
  a: { az: 'il', ru: 'лет', en: 'years' },
  '{score}': { az: 'bal', ru: 'балл', en: 'score' },
  '{nominal}': '',
  '1': '',
};

/** A unit with its code in UCUM; either may be missing. */
export type Unit = { readonly unit?: string | undefined; readonly code?: string | undefined };

/**
 * A unit as people of the reader's language write it. A record in the same language keeps its own spelling; of a unit
 * that is not known here the record's spelling stays too, without UCUM's braces.
 */
export function unitText({ unit, code }: Unit, own: string, reader: Language): string | undefined {
  if (unit !== undefined && own.split('-')[0] === reader && unit !== code) return unit;
  const words = written[code ?? ''] ?? written[unit ?? ''];
  const text =
    words === undefined ? (unit ?? code ?? '').replace(/[{}]/g, '') : typeof words === 'string' ? words : words[reader];
  return text === '' ? undefined : text;
}
