import { expect, test } from 'vitest';
import { findMessageFaults } from '#platform/i18n';
import { uiMessages } from './messages.ts';

test('every text of the design system is sound in every language', () => {
  expect(findMessageFaults(uiMessages)).toEqual([]);
});
