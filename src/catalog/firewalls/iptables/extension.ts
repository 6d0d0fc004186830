/**
 * A module of iptables: its options as data, and what they mean together. Options are given in words:
 * `!dport` may be turned round, `destination-port>dport` is another name of it, `tcp-flags:2` takes two values,
 * `syn:0` takes none (one is the rule), `set*` may be given more than once.
 */
import type { Deed, Dependence, Family, Hook, Match } from '../../../lang/packets/index.ts';
import type { IpSets } from '../ipset/index.ts';

/** An option as it stands in a rule, under its own name. */
export interface Given {
  readonly option: string;
  readonly values: readonly string[];
  readonly not: boolean;
}

/** What is known around an option when it is read. */
export interface RuleContext {
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  /** Of `-p`; 0 for all. */
  readonly protocol: number;
  readonly protocolNot: boolean;
  /** Of `-d`, where it is one address and not turned round. */
  readonly destination: number | bigint | undefined;
  readonly sets: IpSets | undefined;
  /** Sets that rules write into. */
  readonly writtenSets: ReadonlySet<string>;
  /** Conditions by their words, shared by all rules that have them. */
  readonly memo: Map<string, Match>;
  /** iptables-restore would not take this. */
  readonly refuse: (reason: string) => void;
  /** Worth to be known; the rules load. */
  readonly doubt: (reason: string) => void;
}

export interface OptionShape {
  readonly name: string;
  readonly values: number;
  readonly negatable: boolean;
  readonly repeatable: boolean;
}

export interface MatchModule {
  readonly options: ReadonlyMap<string, OptionShape>;
  /** Protocols that `-p` must name one of. */
  readonly protocols?: readonly number[];
  readonly read: (given: readonly Given[], context: RuleContext) => readonly Match[];
}

export interface TargetModule {
  readonly options: ReadonlyMap<string, OptionShape>;
  /** Where the kernel takes it; anywhere when absent. */
  readonly tables?: readonly string[];
  readonly hooks?: readonly Hook[];
  readonly read: (given: readonly Given[], context: RuleContext) => readonly Deed[];
}

export function options(words: string): ReadonlyMap<string, OptionShape> {
  const shapes = new Map<string, OptionShape>();
  for (const word of words.split(/\s+/)) {
    const [, not, own = '', name = own, repeat, values = '1'] =
      /^(!?)([a-z0-9-]+)(?:>([a-z0-9-]+))?(\*?)(?::(\d))?$/.exec(word) ?? [];
    if (own !== '')
      shapes.set(own, { name, values: Number(values), negatable: not === '!', repeatable: repeat === '*' });
  }
  return shapes;
}

export const opaque = (on: Dependence, text: string): Match => ({ match: 'opaque', on, text });

/** The words of options again, for a match that is kept as it stands. */
export const wordsAgain = (module: string, given: readonly Given[]): string =>
  [
    `-m ${module}`,
    ...given.map(({ option, values, not }) =>
      [not ? '! ' : '', `--${option}`, ...values.map((value) => ` ${value}`)].join(''),
    ),
  ]
    .join(' ')
    .slice(0, 200);
