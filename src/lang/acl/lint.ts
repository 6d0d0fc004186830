/**
 * Rules that do nothing, or something else than they seem to. A rule does nothing if the user comes out the same
 * without it: that is tried, rule by rule from the last to the first, so nothing about the rules' meaning is said
 * twice and what is found is true for that version of the server.
 */
import { splitText } from '../quote/index.ts';
import { bytesOf } from './byte-string.ts';
import { dialectOf } from './dialect.ts';
import { matchesBytes } from './glob.ts';
import { listed } from './ordered-set.ts';
import { problem } from './problem.ts';
import { newSelector, settingOf, type SelectorState, type Setting } from './selector-state.ts';
import { applySelectorRule } from './selector-rules.ts';
import type { AclContext } from './types.ts';
import { applyRule, mergeSelectors, newUserState, type UserState } from './user-state.ts';

export interface AclLint {
  /**
   * - `without-effect`: what it says is so already. `duplicate`: the same rule stands before.
   * - `overridden`: a later rule undoes it, as `+@all` after `+get`.
   * - `covered-pattern`: another key or channel pattern opens all that it opens.
   * - `first-argument`: `+get|x` where `get` has no subcommands allows one first argument, likely a slip.
   */
  readonly kind: 'without-effect' | 'duplicate' | 'overridden' | 'covered-pattern' | 'first-argument';
  /** Place among the rules, selectors in parentheses joined to one; from 0. */
  readonly index: number;
  /** In that selector, the place of the rule inside it. */
  readonly inner?: number;
  /** The rule, unless it may hold a secret. */
  readonly token?: string;
  /** The place of the rule that makes it so, counted as the place of this one. */
  readonly by?: number;
}

// Beyond this many rules each is looked at once, but not tried: that is quadratic.
const maximumTried = 150;

/**
 * What is odd in the rules of a user, for rules that the server takes; of others only those before the first that it
 * refuses.
 *
 * @example lintRules(['on', '+get', '+@all'], context) // [{ kind: 'overridden', index: 1, token: '+get', by: 2 }]
 */
export function lintRules(tokens: readonly string[], context: AclContext): readonly AclLint[] {
  const setting = settingOf(context, dialectOf(context));
  const merged = mergeSelectors(tokens.map(bytesOf), setting);
  const found = lintList<UserState>(merged.tokens, setting, {
    start: () => newUserState(setting),
    apply: (state, token) => applyRule(state, token, setting) === undefined,
    effect: userEffect,
  });
  for (const [index, token] of merged.tokens.entries()) {
    if (!setting.dialect.selectors || !token.startsWith('(') || !token.endsWith(')')) continue;
    const split = splitText(token.slice(1, -1));
    const inside = lintList<SelectorState>(split.problem === undefined ? split.value : [], setting, {
      start: () => newSelector(setting),
      apply: (state, rule) => applySelectorRule(state, rule, setting) === undefined,
      effect: selectorEffect,
    });
    for (const { index: inner, ...lint } of inside) found.push({ ...lint, index, inner });
  }
  return found.toSorted((a, b) => a.index - b.index || (a.inner ?? -1) - (b.inner ?? -1));
}

interface Machine<State> {
  readonly start: () => State;
  /** False where the rule is refused. */
  readonly apply: (state: State, token: string) => boolean;
  /** Equal for states that allow the same. */
  readonly effect: (state: State) => string;
}

// Said for clarity at the start of a user: no fault where nothing was there to undo.
const explicit = /^(?:reset[a-z]*|clearselectors|nocommands|-@all|off|alldbs|sanitize-payload)$/i;

function lintList<State>(all: readonly string[], setting: Setting, machine: Machine<State>): AclLint[] {
  const tokens = accepted(all, machine);
  const found: AclLint[] = [];
  const note = (kind: AclLint['kind'], index: number, by?: number): void => {
    const { token } = problem('syntax', { token: tokens[index] ?? '' });
    found.push({
      kind,
      index,
      ...(token === undefined ? {} : { token }),
      ...(by === undefined ? {} : { by }),
    });
  };
  for (const [index, token] of tokens.entries())
    if (isFirstArgument(token, setting)) note('first-argument', index);
  if (tokens.length > maximumTried) return found;
  const run = (places: readonly number[]): string => {
    const state = machine.start();
    for (const place of places) machine.apply(state, tokens[place] ?? '');
    return machine.effect(state);
  };
  let kept = [...tokens.keys()];
  const whole = run(kept);
  for (let index = tokens.length - 1; index >= 0; index--) {
    const without = kept.filter((place) => place !== index);
    if (run(without) !== whole) continue;
    const before = kept.filter((place) => place < index);
    const changed = run([...before, index]) !== run(before);
    if (!changed && explicit.test(tokens[index] ?? '')) continue;
    kept = without;
    const token = (tokens[index] ?? '').toLowerCase();
    const twin = before.findLast((place) => tokens[place]?.toLowerCase() === token);
    // What it says may be so already and yet not last, as `-@dangerous` before `+@all`.
    const broken = (places: readonly number[]): boolean => run([...places, index]) !== run(places);
    if (!changed && broken(kept)) {
      const later = kept.find((last) => last > index && broken(kept.filter((place) => place <= last)));
      note('overridden', index, later);
    } else if (!changed) note(twin === undefined ? 'without-effect' : 'duplicate', index, twin);
    else note('overridden', index, undoneBy(index, kept, run));
  }
  for (const index of kept) {
    const by = kept.find(
      (place) => place !== index && coversPattern(tokens[place] ?? '', tokens[index] ?? ''),
    );
    if (by !== undefined) note('covered-pattern', index, by);
  }
  return found;
}

function accepted<State>(tokens: readonly string[], { start, apply }: Machine<State>): readonly string[] {
  const state = start();
  const refused = tokens.findIndex((token) => !apply(state, token));
  return refused < 0 ? tokens : tokens.slice(0, refused);
}

/** The first later rule after which it no longer matters whether the one at `index` was there. */
function undoneBy(
  index: number,
  others: readonly number[],
  run: (places: readonly number[]) => string,
): number | undefined {
  return others.find((last) => {
    if (last < index) return false;
    const places = others.filter((place) => place <= last);
    return run(places) === run([...places, index].toSorted((a, b) => a - b));
  });
}

function isFirstArgument(token: string, { index, dialect }: Setting): boolean {
  const bar = token.lastIndexOf('|');
  if (!token.startsWith('+') || bar < 0 || !dialect.selectors) return false;
  const place = index.byName.get(token.slice(1, bar).toLowerCase());
  return place !== undefined && index.commands[place]?.container === undefined;
}

/** `prefix*` opens all that any pattern with that prefix opens; only what is certain is claimed. */
function coversPattern(wide: string, narrow: string): boolean {
  const [a, b] = [patternOf(wide), patternOf(narrow)];
  if (a === undefined || b === undefined || a.pattern === b.pattern || a.channel !== b.channel) return false;
  if ((b.read && !a.read) || (b.write && !a.write) || !a.pattern.endsWith('*')) return false;
  const prefix = a.pattern.slice(0, -1);
  const plain = !/[*?[\]\\]/.test(prefix);
  return (
    plain &&
    b.pattern.startsWith(prefix) &&
    !(b.pattern.length === prefix.length && !matchesBytes(a.pattern, b.pattern))
  );
}

function patternOf(
  token: string,
): { pattern: string; channel: boolean; read: boolean; write: boolean } | undefined {
  if (token.startsWith('&')) return { pattern: token.slice(1), channel: true, read: true, write: true };
  const shape = /^(?:~|%([rwRW]{1,2})~)/.exec(token);
  if (!shape) return undefined;
  const letters = shape[1]?.toUpperCase() ?? 'RW';
  const pattern = token.slice(shape[0].length);
  return { pattern, channel: false, read: letters.includes('R'), write: letters.includes('W') };
}

function userEffect(user: UserState): string {
  const [root, ...selectors] = user.selectors.map(selectorEffect);
  const flags = [user.enabled, user.noPassword, user.sanitize === 'off', listed(user.passwords).toSorted()];
  return JSON.stringify([flags, root, [...new Set(selectors)].toSorted()]);
}

function selectorEffect(state: SelectorState): string {
  const firstArgs = [...state.firstArgs].map(([name, args]) => [name, [...args.keys()].toSorted()]);
  const keys = [...state.keys].map(
    ([pattern, { read, write }]) => `${read ? 'r' : ''}${write ? 'w' : ''} ${pattern}`,
  );
  return JSON.stringify([
    Buffer.from(state.bits).toString('latin1'),
    [state.future, state.allKeys, state.allChannels, state.allDatabases],
    [firstArgs, [...state.unlisted], keys.toSorted(), [...state.channels].toSorted(), state.databases],
  ]);
}
