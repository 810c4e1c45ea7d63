import { SaxesParser } from 'saxes';
import type { JsonObject } from '../definitions/resource.ts';
import { isJsonObject } from '../definitions/resource.ts';
import { type Run, report } from './run.ts';

const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';

/** FHIR R4, narrative.html: chapters 7 to 11 (but section 4 of 9) and 15 of HTML 4, and what XHTML 1.0 adds. */
const allowedElements: ReadonlySet<string> = new Set(
  'p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd code samp pre ol ul li dl dt dd table caption colgroup col thead tr tfoot th td tbody img map area sub sup ins del font center u s strike'.split(
    ' ',
  ),
);
const allowedAttributes: ReadonlySet<string> = new Set(
  'title style class id lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis headers scope rowspan colspan href name src alt longdesc height usemap ismap coords shape nohref summary border frame rules cellspacing cellpadding cite type rel rev hreflang charset start value compact clear noshade size color face nowrap bgcolor xmlns hspace vspace datetime target idref'.split(
    ' ',
  ),
);
/** Names that older texts use; the standard asks for the characters themselves, and reading them does no harm. */
const namedEntities = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)([A-Za-z][A-Za-z0-9]*);/g;
/** No text nests deeper; the reader's work for each element grows with the depth. */
const deepestElement = 100;
const linkSchemes: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel', 'ftp', 'data', 'cid', 'xcode']);

type Findings = {
  readonly faults: string[];
  hasContent: boolean;
  readonly anchors: Set<string>;
  readonly targets: string[];
};

/** Text a person may be shown: XHTML without anything active, and not empty. */
export function checkNarrative(run: Run, value: JsonObject): void {
  const { div } = value;
  if (typeof div !== 'string') return;
  const findings: Findings = { faults: [], hasContent: false, anchors: new Set(), targets: [] };
  try {
    readNarrative(div, findings);
  } catch (error) {
    findings.faults.push(`is not well-formed XHTML (${error instanceof Error ? error.message : 'unreadable'})`);
  }
  for (const fault of findings.faults.slice(0, 10))
    report(run, 'invariant', `Rule txt-1 is broken: the narrative ${fault}.`, '.div');
  if (findings.faults.length > 0) return;
  if (run.isStrict && !findings.hasContent)
    report(run, 'invariant', 'Rule txt-2 is broken: the narrative must have some text or an image.', '.div');
  if (run.isStrict) checkLinks(run, findings);
}

function readNarrative(div: string, findings: Findings): void {
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  parser.on('doctype', () => findings.faults.push('has a document type declaration'));
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    if (depth === 0 && tag.local !== 'div') findings.faults.push('must be one div element');
    if (tag.uri !== xhtmlNamespace) findings.faults.push(`has an element outside the XHTML namespace (${tag.name})`);
    depth += 1;
    if (depth > deepestElement) throw new Error(`elements are nested deeper than ${deepestElement} levels`);
    checkElement(tag.local, Object.values(tag.attributes), findings);
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.on('text', (text) => {
    if (text.trim() !== '') findings.hasContent = true;
  });
  parser.write(div.replaceAll(namedEntities, '·')).close();
}

function checkElement(name: string, attributes: readonly { name: string; value: string }[], findings: Findings): void {
  if (!allowedElements.has(name)) findings.faults.push(`has the element "${name}", which is not allowed`);
  if (name === 'img') findings.hasContent = true;
  for (const attribute of attributes) {
    if (attribute.name.startsWith('xmlns')) continue;
    if (!allowedAttributes.has(attribute.name))
      findings.faults.push(`has the attribute "${attribute.name}", which is not allowed`);
    if (attribute.name === 'id' || attribute.name === 'name') findings.anchors.add(attribute.value);
    if (attribute.name === 'href' || attribute.name === 'src') checkTarget(attribute.value, findings);
  }
}

function checkTarget(target: string, findings: Findings): void {
  const followed = target.replace(/[\0-\u0020]+/g, ''); // browsers pass over them, within the scheme as well
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(followed) ?? [];
  if (scheme !== undefined && /^(?:javascript|vbscript)$/i.test(scheme))
    findings.faults.push('has a link that runs a script');
  findings.targets.push(target);
}

function checkLinks(run: Run, findings: Findings): void {
  let ids: Set<string> | undefined;
  for (const target of findings.targets) {
    if (target.startsWith('#') && target.length > 1) {
      ids ??= idsIn(run.document, new Set());
      const id = target.slice(1);
      if (!findings.anchors.has(id) && !ids.has(id))
        report(run, 'invalid', `The link "${target}" of the narrative leads nowhere.`, '.div');
    }
    const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(target) ?? [];
    if (scheme !== undefined && !linkSchemes.has(scheme.toLowerCase())) {
      report(run, 'invalid', `The link "${target}" of the narrative cannot be followed.`, '.div');
    }
  }
}

function idsIn(value: unknown, ids: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const item of value) idsIn(item, ids);
  else if (isJsonObject(value)) {
    if (typeof value['id'] === 'string') ids.add(value['id']);
    for (const key in value) if (typeof value[key] === 'object') idsIn(value[key], ids);
  }
  return ids;
}
