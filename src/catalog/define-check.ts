import type {
  Fact,
  Fault,
  FactName,
  Facts,
  Goal,
  Location,
  Opening,
  Severity,
  Verdict,
} from '../model/index.ts';

export const themes = [
  'compromise',
  'authentication',
  'access-control',
  'network',
  'transport',
  'commands',
  'configuration',
  'host',
  'version',
  'persistence',
  'replication',
] as const;
export type Theme = (typeof themes)[number];

export type Example = { readonly [K in FactName]?: Facts[K] };

/**
 * A check, as its author writes it. Reading a fact that `needs` or `uses` does not name is a compile error.
 *
 * - `title` states the fault, not the topic: "The default user needs no password".
 * - `severity` is what the fault weighs when it can be reached from other hosts; the engine lowers it when the
 *   exposure table shows that only this host gets there.
 * - `needs`: facts that must be known; where one is not, the engine says `unknown`, never the check.
 * - `uses`: facts that help when they are known; they come as `Fact`, so that the unknown cannot be overlooked.
 * - `remedy`: what to do, in the imperative, in one or two sentences.
 * - `examples` are tests, the words of `keyward explain`, and the docs page, all at once.
 */
export interface CheckSource<N extends FactName, U extends FactName> {
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  readonly remedy: string;
  readonly links: readonly string[];
  readonly needs: readonly N[];
  readonly uses?: readonly U[];
  readonly judge: (needed: Pick<Facts, N>, used: { readonly [K in U]: Fact<Facts[K]> }) => Verdict;
  readonly examples: {
    readonly good: Readonly<Record<string, Example>>;
    readonly bad: Readonly<Record<string, Example>>;
    /** Where the check must say `not-applicable` or `unknown`. */
    readonly other?: Readonly<
      Record<string, { readonly facts: Example; readonly verdict: 'not-applicable' | 'unknown' }>
    >;
  };
}

/** The same, erased: a generic kept in the result would make a registry impossible. */
export interface CheckBody {
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  readonly remedy: string;
  readonly links: readonly string[];
  readonly needs: readonly FactName[];
  readonly uses: readonly FactName[];
  readonly judge: (needed: Partial<Facts>, used: { readonly [K in FactName]?: Fact<Facts[K]> }) => Verdict;
  readonly examples: CheckSource<FactName, FactName>['examples'];
}

/** A check with its id and theme, which are its file's name and folder. */
export interface Check extends CheckBody {
  readonly id: string;
  readonly theme: Theme;
}

export function defineCheck<const N extends FactName, const U extends FactName = never>(
  source: CheckSource<N, U>,
): CheckBody {
  return { ...source, uses: source.uses ?? [] } as unknown as CheckBody;
}

export const pass: Verdict = { kind: 'pass' };
export const notApplicable = (because: string): Verdict => ({ kind: 'not-applicable', because });
export const undecided = (because: string): Verdict => ({ kind: 'unknown', because });

/** One fault. `seen` says what was seen, with names and values; goals say what should be true. */
export const fail = (seen: string, ...goals: readonly Goal[]): Verdict => ({
  kind: 'fail',
  faults: [{ seen, goals }],
});

/** One fault with all its parts. */
export const fault = (
  seen: string,
  goals: readonly Goal[],
  more: {
    readonly opens?: Opening;
    readonly where?: Location | undefined;
    readonly severity?: Severity;
  } = {},
): Fault => {
  const { where, ...rest } = more;
  return { seen, goals, ...rest, ...(where ? { where } : {}) };
};

/** `pass` when nothing is wrong, else one finding a fault. */
export const failEach = (faults: readonly Fault[]): Verdict =>
  faults.length === 0 ? pass : { kind: 'fail', faults };
