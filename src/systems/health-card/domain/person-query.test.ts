import { expect, test } from 'vitest';
import { readPersonQuery } from './person-query.ts';

test.each([
  ['', undefined],
  [' x ', undefined],
  ['Şəhla  Əliyeva ', { text: 'Şəhla Əliyeva', name: 'Şəhla Əliyeva', sound: 'Şəhla Əliyeva' }],
  ['Шахла Алиева', { text: 'Шахла Алиева', name: 'Шахла Алиева', sound: 'Шахла Алиева' }],
  ['Əli', { text: 'Əli', name: 'Əli', sound: 'Əli' }],
  ['xxqq', { text: 'xxqq', name: 'xxqq' }],
  ['sh', { text: 'sh', name: 'sh' }],
  ['00test1', { text: '00test1', fin: '00TEST1' }],
  ['00 TEST 1', { text: '00 TEST 1', fin: '00TEST1' }],
  ['Gulnara', { text: 'Gulnara', name: 'Gulnara', sound: 'Gulnara', fin: 'GULNARA' }],
  ['Gülnarə', { text: 'Gülnarə', name: 'Gülnarə', sound: 'Gülnarə' }],
  ['O0TEST1', { text: 'O0TEST1', fin: 'O0TEST1', hint: { fault: 'letterO', suggestion: '00TEST1' } }],
  ['999-63', { text: '999-63', fin: '999-63' }],
])('reads "%s" as %j', (typed, query) => {
  expect(readPersonQuery(typed)).toEqual(query);
});
