import type { HumanName } from '@medplum/fhirtypes';
import { extensionUrls } from './codes.ts';
import type { Sex } from './world-data.ts';

/** A surname in the form of a sex: -ov and -ev take -a for a woman, -lı and -zadə stay. `masculine` is as in the data. */
export const inSex = (masculine: string, sex: Sex): string =>
  sex === 'female' && /[oe]v$/.test(masculine) ? `${masculine}a` : masculine;

/** The word after the father's name: son of, daughter of. */
export const childWord = (sex: Sex): string => (sex === 'male' ? 'oğlu' : 'qızı');

type Named = { readonly family: string; readonly given: string; readonly fatherName: string; readonly sex: Sex };

/** The official name: surname, name, father's name apart, and the whole as it is written in documents. */
export const fullName = ({ family, given, fatherName, sex }: Named): HumanName => ({
  extension: [{ url: extensionUrls.fatherName, valueString: fatherName }],
  use: 'official',
  text: `${family} ${given} ${fatherName} ${childWord(sex)}`,
  family,
  given: [given],
});
