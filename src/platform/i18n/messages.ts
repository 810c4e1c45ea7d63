import { type DateStyle, formatDate } from './dates.ts';
import { type Language, type LocalText, languages } from './language.ts';
import { type MessageCases, type MessageNode, parseMessage } from './message-format.ts';
import { formatNumber } from './numbers.ts';
import { pluralCategory } from './plural.ts';

/** Values by placeholder name. A date is a FHIR date text; a number may be the literal text of a decimal. */
export type MessageValues = Readonly<Record<string, string | number>>;

/** Texts by key, each in all three languages; a missing language is a type error. */
export type Messages = Readonly<Record<string, LocalText>>;

/** Declares the texts of one page or part, beside it: `const texts = defineMessages({ title: { az, ru, en } })`. */
export const defineMessages = <const Catalogue extends Messages>(messages: Catalogue): Catalogue => messages;

const parsed = new Map<string, readonly MessageNode[]>();

/**
 * A message in a language with its values filled in, as plain text; escaping is left to what shows it.
 * A placeholder without a value shows its name in braces, so that a mistake is seen and the screen stands.
 */
export function translate(language: Language, message: LocalText, values: MessageValues = {}): string {
  const text = message[language];
  return text.includes('{') || text.includes("'") ? print(nodesOf(text), language, values, undefined) : text;
}

function nodesOf(text: string): readonly MessageNode[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const nodes = parseMessage(text);
  parsed.set(text, nodes);
  return nodes;
}

type Count = string | number | undefined;

function print(nodes: readonly MessageNode[], language: Language, values: MessageValues, count: Count): string {
  return nodes.map((node) => printNode(node, language, values, count)).join('');
}

function printNode(node: MessageNode, language: Language, values: MessageValues, count: Count): string {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'count') return formatNumber(count ?? '', language);
  const value = values[node.name];
  if (value === undefined) return `{${node.name}}`;
  switch (node.kind) {
    case 'value':
      return typeof value === 'number' ? formatNumber(value, language) : value;
    case 'number':
      return formatNumber(value, language);
    case 'date':
      return formatDate(String(value), language, toDateStyle(node.style));
    case 'choice':
      return node.by === 'plural'
        ? print(pickPlural(node.cases, value, language), language, values, value)
        : print(node.cases[String(value)] ?? node.cases['other'] ?? [], language, values, count);
  }
}

const pickPlural = (cases: MessageCases, value: string | number, language: Language): readonly MessageNode[] =>
  cases[`=${value}`] ?? cases[pluralCategory(language, value)] ?? cases['other'] ?? [];

const dateStyles: readonly DateStyle[] = ['short', 'medium', 'long', 'full', 'text', 'monthYear', 'year'];

const toDateStyle = (name: string): DateStyle => dateStyles.find((style) => style === name) ?? 'short';

/**
 * What is wrong with a catalogue, for a test of the part that owns it: unreadable grammar, placeholders that differ
 * between languages, plural cases a language lacks, empty texts. An empty answer means it is sound.
 */
export function findMessageFaults(messages: Messages): readonly string[] {
  return Object.entries(messages).flatMap(([key, message]) => faultsOf(message).map((fault) => `${key}: ${fault}`));
}

function faultsOf(message: LocalText): readonly string[] {
  const faults: string[] = [];
  const names = new Map<Language, string>();
  for (const language of languages) {
    if (message[language].trim() === '') faults.push(`${language} is empty`);
    try {
      const nodes = parseMessage(message[language]);
      names.set(language, [...new Set(placeholders(nodes))].toSorted().join(', '));
      if (language === 'ru' && choices(nodes).some(lacksRussianCases))
        faults.push('ru lacks a plural case of one, few, many');
    } catch (error) {
      faults.push(`${language}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (new Set(names.values()).size > 1)
    faults.push(`placeholders differ: ${[...names].map(([l, n]) => `${l} (${n})`).join(', ')}`);
  return faults;
}

type Choice = Extract<MessageNode, { kind: 'choice' }>;

const choices = (nodes: readonly MessageNode[]): readonly Choice[] =>
  nodes.flatMap((node) => (node.kind === 'choice' ? [node, ...Object.values(node.cases).flatMap(choices)] : []));

const placeholders = (nodes: readonly MessageNode[]): readonly string[] =>
  nodes.flatMap((node) => {
    if (node.kind === 'text' || node.kind === 'count') return [];
    return node.kind === 'choice' ? [node.name, ...Object.values(node.cases).flatMap(placeholders)] : [node.name];
  });

const lacksRussianCases = (choice: Choice): boolean =>
  choice.by === 'plural' && ['one', 'few', 'many'].some((category) => choice.cases[category] === undefined);
