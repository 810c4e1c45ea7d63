/** One thing an operator can set: by environment variable, by flag, or (for secrets) by a file. */
export type Setting<T> = {
  readonly kind: 'integer' | 'port' | 'text' | 'secret' | 'flag' | 'choice';
  readonly about: string;
  /** The release that brought it. */
  readonly since: string;
  /** Undefined means: not set, and the program does without. */
  readonly fallback: T;
  /** What may be written, in words, for the reference page and for refusals. */
  readonly accepts: string;
  /** The value, or in `problem` why the text is none. */
  readonly parse: (text: string) => Parsed<T>;
};

export type Parsed<T> = { readonly value: T } | { readonly problem: string };

export type Specification = Readonly<Record<string, Setting<unknown>>>;

/** What a specification gives when read: each setting under its own name. */
export type Settings<S extends Specification> = {
  readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? T : never;
};

type Described = { readonly about: string; readonly since: string };
type Fallback<T> = { readonly default: T };
type Bounds = { readonly min?: number; readonly max?: number };

const refuse = (accepts: string): { problem: string } => ({ problem: `must be ${accepts}` });

function numberSetting<T extends number | undefined>(
  kind: 'integer' | 'port',
  options: Described & { fallback: T; min: number; max: number; accepts: string },
): Setting<number | T> {
  const { about, since, fallback, min, max, accepts } = options;
  return {
    kind,
    about,
    since,
    fallback,
    accepts,
    parse: (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? { value } : refuse(accepts);
    },
  };
}

/** A whole number. */
export function integer(options: Described & Fallback<number> & Bounds): Setting<number> {
  const min = options.min ?? 0;
  const max = options.max ?? Number.MAX_SAFE_INTEGER;
  const accepts = options.max === undefined ? `a whole number from ${min} on` : `a whole number from ${min} to ${max}`;
  return numberSetting('integer', { ...options, fallback: options.default, min, max, accepts });
}

/** A TCP port. 0 lets the system choose a free one. */
export function port(options: Described & Fallback<number>): Setting<number>;
export function port(options: Described): Setting<number | undefined>;
export function port(options: Described & Partial<Fallback<number>>): Setting<number | undefined> {
  const accepts = 'a port from 0 to 65535';
  return numberSetting('port', { ...options, fallback: options.default, min: 0, max: 65_535, accepts });
}

type TextOptions = Described & {
  readonly accepts?: string;
  /** Returns why a text is refused, or undefined. */
  readonly check?: (text: string) => string | undefined;
};

/** Any text that is not empty. */
export function text(options: TextOptions & Fallback<string>): Setting<string>;
export function text(options: TextOptions): Setting<string | undefined>;
export function text(options: TextOptions & Partial<Fallback<string>>): Setting<string | undefined> {
  return textSetting('text', options, options.default);
}

/** A text that nobody else may see. Besides NAME itself, NAME_FILE may name a file that holds it. */
export function secret(options: TextOptions): Setting<string | undefined> {
  return textSetting('secret', options, undefined);
}

function textSetting(
  kind: 'text' | 'secret',
  { about, since, accepts = 'a text', check }: TextOptions,
  fallback: string | undefined,
): Setting<string | undefined> {
  return {
    kind,
    about,
    since,
    fallback,
    accepts,
    parse: (value) => {
      const problem = check?.(value);
      return problem === undefined ? { value } : { problem };
    },
  };
}

const flagWords: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  '1': true,
  off: false,
  false: false,
  no: false,
  '0': false,
};

/** On or off. As a flag: `--name` and `--no-name`. */
export function flag({ about, since, default: fallback }: Described & Fallback<boolean>): Setting<boolean> {
  const accepts = '`on` or `off`';
  return {
    kind: 'flag',
    about,
    since,
    fallback,
    accepts,
    parse: (word) => {
      const value = flagWords[word.toLowerCase()];
      return value === undefined ? refuse(accepts) : { value };
    },
  };
}

/** One of a closed list. */
export function choice<const T extends string>(
  options: Described & Fallback<NoInfer<T>> & { readonly of: readonly T[] },
): Setting<T> {
  const accepts = `one of ${options.of.map((word) => `\`${word}\``).join(', ')}`;
  return {
    kind: 'choice',
    about: options.about,
    since: options.since,
    fallback: options.default,
    accepts,
    parse: (word) => {
      const value = options.of.find((known) => known === word);
      return value === undefined ? refuse(accepts) : { value };
    },
  };
}
