import { expect, test } from 'vitest';
import { findMessageFaults } from '#platform/i18n';
import { portalMessages } from './messages.ts';

test('the texts of the portal are sound in every language', () => {
  expect(findMessageFaults(portalMessages)).toEqual([]);
});
