import { describe, expect, it } from 'vitest';
import { rankNameMatch } from './rank-name-match.ts';

const stored = 'Əliyeva Şəhla Rauf qızı';

describe('rankNameMatch', () => {
  it.each(['Şəhla Əliyeva', 'sehla eliyeva', 'ƏLİYEVA ŞƏHLA', 'Шәһла Әлијева', 'əliyeva'])(
    'is full for %j',
    (typed) => {
      expect(rankNameMatch(typed, stored)).toBe(1);
    },
  );

  it.each(['Шахла Алиева', 'Shahla Aliyeva', 'Şəhla Əliy', 'shah'])('is partial for %j', (typed) => {
    const rank = rankNameMatch(typed, stored);
    expect(rank).toBeGreaterThan(0);
    expect(rank).toBeLessThan(1);
  });

  it.each(['Şəhla Məmmədova', 'Əliyeva Əliyeva', '', '-', 'Şəhla Rauf Leyla'])('is zero for %j', (typed) => {
    expect(rankNameMatch(typed, stored)).toBe(0);
  });

  it('puts the same spelling before the same sound', () => {
    expect(rankNameMatch('Qasım', 'Qasım')).toBeGreaterThan(rankNameMatch('Qasım', 'Haşım'));
    expect(rankNameMatch('Qasım', 'Haşım')).toBeGreaterThan(0);
  });
});
