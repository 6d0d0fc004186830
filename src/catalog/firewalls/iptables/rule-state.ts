import type { Match } from '../../../lang/packets/index.ts';
import type { Given, MatchModule, OptionShape, RuleContext, TargetModule } from './extension.ts';

/** A rule while it is read. It is the context of its modules, too. */
export interface RuleDraft extends RuleContext {
  protocol: number;
  protocolNot: boolean;
  destination: number | bigint | undefined;
  readonly chains: { readonly has: (name: string) => boolean };
}

/** A module as it is used in a rule; `module` is absent where we do not know it. */
export interface Use<Module extends { readonly options: ReadonlyMap<string, OptionShape> }> {
  readonly name: string;
  readonly module: Module | undefined;
  readonly given: Given[];
}

/** How far the words of a rule are read. One object a rule: there may be a hundred thousand of them. */
export interface RuleState {
  readonly draft: RuleDraft;
  words: readonly string[];
  at: number;
  /** A `!` stands before what comes next. */
  not: boolean;
  readonly when: Match[];
  readonly uses: Use<MatchModule>[];
  /** Bits of the options that may be given once. */
  seen: number;
  target: Use<TargetModule> | undefined;
  jump: { readonly chain: string; readonly goto: boolean } | undefined;
}

/** The next word as the value of an option. */
export function valueOf(state: RuleState, option: string): string {
  const text = state.words[state.at];
  if (text === undefined) state.draft.refuse(`${option} needs a value`);
  else state.at++;
  return text ?? '';
}

/** Whether the option is turned round. The `!` is used up. */
export function isTurned(state: RuleState, option: string, allowed: boolean): boolean {
  if (!state.not) return false;
  state.not = false;
  if (!allowed) state.draft.refuse(`${option} cannot be turned round by !`);
  return allowed;
}

/** `--option ! value`, the order of words of old versions: it is meant, but no longer taken. */
export function oldTurn(state: RuleState, option: string): void {
  if (state.words[state.at] !== '!') return;
  state.draft.refuse(`"${option} ! …" is the old order of words; iptables wants "! ${option} …"`);
  state.not = !state.not;
  state.at++;
}
