import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { isInexact, numberLiteral, rememberLiteral } from '../json/number-literals.ts';
import { cloneJson } from '../json/stringify-json.ts';
import { malformedPatch, notApplicable } from './patch-errors.ts';

/** A value with the place it was read from, where the source text of a number is remembered. */
type Sourced = { readonly value: unknown; readonly container: object; readonly key: string | number };
type Place = { readonly container: JsonObject | unknown[]; readonly key: string };

/** Values that all copies of a patch may make: a copy into what is copied doubles it, and so does the next. */
const copiedAtMost = 10_000;

/**
 * Applies a JSON Patch (RFC 6902) and returns a new document; number literals of the document and of
 * the patch are kept. Throws `AppError` `fhir.malformed-patch` or `fhir.patch-not-applicable`; then nothing is changed.
 */
export function applyJsonPatch<Document>(document: Document, operations: unknown): Document {
  if (!Array.isArray(operations)) throw malformedPatch('a JSON Patch is an array of operations');
  // The document stands in a holder, so that replacing it whole is no special case.
  const holder: JsonObject = { '': cloneJson<unknown>(document) };
  let copied = 0;
  (operations as readonly unknown[]).forEach((operation, index) => {
    if (!isJsonObject(operation)) throw malformedPatch(`operation ${index} is not an object`);
    if (operation['op'] === 'copy') copied += countValues(read(holder, pointerOf(operation, 'from', index)).value);
    if (copied > copiedAtMost) throw malformedPatch(`the operations copy more than ${copiedAtMost} values`);
    applyOperation(holder, operation, index);
  });
  return holder[''] as Document; // as: a patch gives a document of the same kind; its type is checked by validation
}

function applyOperation(holder: JsonObject, operation: JsonObject, index: number): void {
  const path = pointerOf(operation, 'path', index);
  switch (operation['op']) {
    case 'add':
      return add(holder, path, valueOf(operation, index));
    case 'remove':
      return remove(holder, path);
    case 'replace':
      return replace(holder, path, valueOf(operation, index));
    case 'move':
      return move(holder, pointerOf(operation, 'from', index), path);
    case 'copy':
      return add(holder, path, read(holder, pointerOf(operation, 'from', index)));
    case 'test':
      return test(holder, path, valueOf(operation, index));
    default:
      throw malformedPatch(`operation ${index} has the unknown op "${String(operation['op'])}"`);
  }
}

/** Values within a value, itself too. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + countValues(each), 1);
}

function pointerOf(operation: JsonObject, name: 'path' | 'from', index: number): string {
  const pointer = operation[name];
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')) || /~(?![01])/.test(pointer)) {
    throw malformedPatch(`operation ${index} needs "${name}" to be a JSON Pointer`);
  }
  return pointer;
}

function valueOf(operation: JsonObject, index: number): Sourced {
  if (!Object.hasOwn(operation, 'value')) throw malformedPatch(`operation ${index} needs a value`);
  return { value: operation['value'], container: operation, key: 'value' };
}

/** The container a pointer ends in, and the last name; every container on the way must be there. */
function find(holder: JsonObject, pointer: string): Place {
  const names = ['', ...pointer.split('/').slice(1)].map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  let container: JsonObject | unknown[] = holder;
  for (const name of names.slice(0, -1)) {
    const next = childOf(container, name, pointer);
    if (!Array.isArray(next) && !isJsonObject(next))
      throw notApplicable(`"${pointer}" leads through a value that is neither object nor array`);
    container = next;
  }
  const key = names.at(-1) ?? '';
  if (key === '__proto__') throw malformedPatch('the name "__proto__" is not allowed');
  return { container, key };
}

function childOf(container: JsonObject | unknown[], name: string, pointer: string): unknown {
  if (Array.isArray(container)) return container[existingIndex(container, name, pointer)];
  if (!Object.hasOwn(container, name)) throw notApplicable(`"${pointer}" does not exist`);
  return container[name];
}

function existingIndex(list: readonly unknown[], name: string, pointer: string): number {
  if (!/^(?:0|[1-9]\d*)$/.test(name) || Number(name) >= list.length) throw notApplicable(`"${pointer}" does not exist`);
  return Number(name);
}

function read(holder: JsonObject, pointer: string): Sourced {
  const { container, key } = find(holder, pointer);
  const value = childOf(container, key, pointer);
  return { value, container, key: Array.isArray(container) ? Number(key) : key };
}

function add(holder: JsonObject, pointer: string, source: Sourced): void {
  const { container, key } = find(holder, pointer);
  if (!Array.isArray(container)) {
    write(container, key, source);
    return;
  }
  const index = key === '-' ? container.length : Number(key);
  if (key !== '-' && (!/^(?:0|[1-9]\d*)$/.test(key) || index > container.length))
    throw notApplicable(`"${pointer}" is outside the array`);
  container.splice(index, 0, undefined);
  write(container, index, source);
}

function remove(holder: JsonObject, pointer: string): void {
  if (pointer === '') throw notApplicable('the whole document cannot be removed');
  const { container, key } = find(holder, pointer);
  childOf(container, key, pointer);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}

function replace(holder: JsonObject, pointer: string, source: Sourced): void {
  const { container, key } = find(holder, pointer);
  childOf(container, key, pointer);
  write(container, Array.isArray(container) ? Number(key) : key, source);
}

function move(holder: JsonObject, from: string, path: string): void {
  if (path.startsWith(`${from}/`)) throw notApplicable(`"${from}" cannot move into itself`);
  const { value, container, key } = read(holder, from);
  const carrier: JsonObject = {};
  write(carrier, 'value', { value, container, key });
  remove(holder, from);
  add(holder, path, { value, container: carrier, key: 'value' });
}

function test(holder: JsonObject, pointer: string, expected: Sourced): void {
  if (!isDeepStrictEqual(read(holder, pointer).value, expected.value))
    throw notApplicable(`the value at "${pointer}" is not the one expected`);
}

function write(container: JsonObject | unknown[], key: string | number, source: Sourced): void {
  const target = container as Record<string | number, unknown>; // as: arrays are written by index, objects by name
  target[key] = cloneJson(source.value);
  const literal = numberLiteral(source.container, source.key);
  if (literal !== '' && isInexact(literal)) rememberLiteral(container, key, literal);
}
