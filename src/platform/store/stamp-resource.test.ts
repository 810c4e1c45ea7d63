import { expect, it } from 'vitest';
import { parseJson, type Resource } from '#platform/fhir';
import { isSameContent, stampResource } from './stamp-resource.ts';

const read = (text: string): Resource => parseJson(text) as Resource; // as: the texts below are resources

it.each([
  ['{"resourceType":"Patient"}', '{"resourceType":"Patient","id":"a","meta":{"versionId":"3","lastUpdated":"T"}}'],
  [
    '{"active":true,"resourceType":"Patient","id":"other","meta":{"lastUpdated":"x","tag":[{"code":"t"}],"versionId":"y"}}',
    '{"resourceType":"Patient","id":"a","meta":{"versionId":"3","lastUpdated":"T","tag":[{"code":"t"}]},"active":true}',
  ],
  [
    '{"resourceType":"Observation","valueQuantity":{"value":1.10},"_status":{"id":"s"}}',
    '{"resourceType":"Observation","id":"a","meta":{"versionId":"3","lastUpdated":"T"},"valueQuantity":{"value":1.10},"_status":{"id":"s"}}',
  ],
])('%s becomes %s', (before, after) => {
  expect(stampResource(read(before), 'a', 3, 'T')).toBe(after);
});

it.each([
  ['{"resourceType":"Patient","meta":{"lastUpdated":"x","versionId":"9"}}', '{"resourceType":"Patient"}', true],
  [
    '{"resourceType":"Patient","meta":{"tag":[{"code":"t"}],"versionId":"9"}}',
    '{"resourceType":"Patient","meta":{"tag":[{"code":"t"}]}}',
    true,
  ],
  ['{"resourceType":"Patient","active":true}', '{"resourceType":"Patient"}', false],
  [
    '{"resourceType":"Observation","valueQuantity":{"value":1.10}}',
    '{"resourceType":"Observation","valueQuantity":{"value":1.1}}',
    false,
  ],
])('%s and %s have the same content: %s', (left, right, expected) => {
  expect(isSameContent(stampResource(read(left), 'a', 1, '2024'), stampResource(read(right), 'a', 2, '2025'))).toBe(
    expected,
  );
});

it.each([
  ['{"resourceType":"Patient","id":"a"}'],
  ['{"resourceType":"Patient","id":"a","active":true}'],
  ['{"resourceType":"Patient","id":"other","active":true}'],
  ['{"id":"a","resourceType":"Patient","active":true}'],
  ['{"resourceType":"Patient","active":true,"id":"a"}'],
  ['{"resourceType":"Patient","id":"a","meta":{"versionId":"9","lastUpdated":"x"},"active":true}'],
  ['{"resourceType":"Patient","id":"a","meta":{"lastUpdated":"x","versionId":"9","tag":[{"code":"t"}]}}'],
  ['{"resourceType":"Patient","id":"a","meta":{"versionId":"9","source":"#s","lastUpdated":"x"}}'],
  ['{"resourceType":"Patient","id":"a","meta":{"versionId":"9","tag":[{"code":"lastUpdated"}]}}'],
  ['{"resourceType":"Patient","id":"a","meta":{"profile":["p"]},"active":true}'],
  ['{"resourceType":"Patient","id":"a","active":true,"meta":{"versionId":"9"}}'],
  ['{"resourceType":"Patient","id":"a","meta":{"source":"\\"versionId\\":\\"9\\","},"active":true}'],
])('%s is stamped by its text as by its content', (text) => {
  expect(stampResource(read(text), 'a', 3, 'T', text)).toBe(stampResource(read(text), 'a', 3, 'T'));
});
