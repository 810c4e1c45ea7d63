import { findCoreExtension } from '../definitions/extension-definitions.ts';
import { type ExtensionModel, type ExtensionPart, toExtensionModel } from '../definitions/extension-model.ts';
import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { findType } from '../definitions/type-model.ts';
import { findNodes, type PathNode } from '../fhirpath/find-nodes.ts';
import { checkBinding } from './check-binding.ts';
import { elementNames } from './element-names.ts';
import { checkProfile } from './profile/check-profile.ts';
import { type Run, report } from './run.ts';

const absoluteUrl = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Holds an extension against its definition, where the R4 core or the caller has one. */
export function checkExtension(run: Run, value: JsonObject): void {
  const { url } = value;
  if (typeof url !== 'string' || url === '' || isInsideExtension(run)) return;
  if (!absoluteUrl.test(url)) {
    report(run, 'invalid', 'The URL of an extension must be absolute.', '.url');
    return;
  }
  const model = findExtension(run, url);
  if (!model) {
    if (run.isUnknownExtensionRefused(url)) report(run, 'extension', `The extension ${url} is not known.`);
    return;
  }
  checkPlace(run, url, model);
  checkPart(run, value, url, model);
  const [plain = ''] = url.split('|');
  if (run.find(plain)) checkProfile(run, value, findType('Extension'), plain);
}

/** Parts of a complex extension are judged with it. */
function isInsideExtension(run: Run): boolean {
  return run.depth > 1 && run.properties[run.depth - 2]?.typeName === 'Extension';
}

function findExtension(run: Run, url: string): ExtensionModel | undefined {
  const [plain = ''] = url.split('|');
  const given = run.find(plain);
  if (given?.['resourceType'] === 'StructureDefinition') return toExtensionModel(given);
  return findCoreExtension(plain);
}

function checkPlace(run: Run, url: string, model: ExtensionModel): void {
  const isModifier = run.keys[run.depth - 1] === 'modifierExtension';
  if (isModifier && !model.isModifier)
    report(run, 'extension', `The extension ${url} is no modifier, so it must stand in "extension".`);
  if (!isModifier && model.isModifier)
    report(run, 'extension', `The extension ${url} is a modifier, so it must stand in "modifierExtension".`);
  if (model.contexts.length === 0) return;
  const names = elementNames(run, run.depth - 1);
  if (!model.contexts.some((context) => isContext(run, context, names))) {
    report(
      run,
      'extension',
      `The extension ${url} is not allowed here, only on ${model.contexts.map(({ expression }) => expression).join(', ')}.`,
    );
  }
}

function isContext(
  run: Run,
  { type, expression }: ExtensionModel['contexts'][number],
  names: ReadonlySet<string>,
): boolean {
  if (type === 'element') return expression === 'Element' || names.has(expression);
  // An extension on an extension stands inside it, where only the outer one is judged.
  if (type === 'extension') return false;
  return isSelected(run, expression);
}

/** Whether a FHIRPath selects the element that holds the extension. */
function isSelected(run: Run, expression: string): boolean {
  const start =
    run.properties.slice(0, run.depth - 1).findLastIndex((property) => property.typeName === 'Resource') + 1;
  const place = run.properties
    .slice(start, run.depth - 1)
    .map(({ element }, level) => `${element.name}[${Math.max(0, run.indices[start + level] ?? 0)}]`);
  try {
    return findNodes(expression, run.resource).some((node) => nodePlace(node).join('.') === place.join('.'));
  } catch {
    return true;
  }
}

function nodePlace(node: PathNode): string[] {
  if (!node.parentResNode) return [];
  return [...nodePlace(node.parentResNode), `${node.propName ?? ''}[${node.index ?? 0}]`];
}

function checkPart(run: Run, value: JsonObject, url: string, part: ExtensionPart): void {
  checkValueType(run, value, url, part);
  const children = Array.isArray(value['extension']) ? value['extension'].filter(isJsonObject) : [];
  if (!part.parts) return;
  for (const child of children) {
    const childUrl = String(child['url']);
    const known = part.parts[childUrl];
    if (known) checkPart(run, child, `${url}#${childUrl}`, known);
    else if (run.isStrict && !absoluteUrl.test(childUrl))
      report(run, 'extension', `The extension ${url} has no part "${childUrl}".`);
  }
  for (const [name, { min, max }] of Object.entries(part.parts)) {
    const count = children.filter((child) => child['url'] === name).length;
    if (count < min)
      report(run, 'required', `The extension ${url} needs the part "${name}" ${min} times, here ${count} times.`);
    if (max >= 0 && count > max)
      report(run, 'structure', `The extension ${url} may have the part "${name}" ${max} times, here ${count} times.`);
  }
}

function checkValueType(run: Run, value: JsonObject, url: string, part: ExtensionPart): void {
  const key = Object.keys(value).find((name) => /^_?value[A-Z]/.test(name));
  if (key === undefined || !part.types) return;
  const property = findType('Extension')?.properties.get(key.replace(/^_/, ''));
  if (!property) return;
  if (!part.types.includes(property.typeName)) {
    const allowed = part.types.length === 0 ? 'no value, only parts' : part.types.join(', ');
    report(
      run,
      'structure',
      `The extension ${url} has a value of type ${property.typeName}; allowed: ${allowed}.`,
      '.value',
    );
  } else if (part.valueSet !== undefined && value[key] !== undefined) {
    checkBinding(run, part.valueSet, value[key], property);
  }
}
