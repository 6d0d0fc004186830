/** Reads the words of one rule: what it asks of a packet, and what it does with it. */
import type { Deed, Position, Rule } from '../../../lang/packets/index.ts';
import type { DraftTable } from './draft.ts';
import { opaque, wordsAgain } from './extension.ts';
import { globalOf, globalOptions } from './global-options.ts';
import type { RuleDraft, RuleState } from './rule-state.ts';
import { takeGlobal } from './take-global.ts';
import { findOption, takeOption } from './take-option.ts';

/**
 * `words` from `from` on: what follows the chain's name. Nothing for a rule that is for the other family, by `-4` or
 * `-6`: it is passed over.
 */
export function readRule(
  words: readonly string[],
  from: number,
  draft: RuleDraft,
  table: DraftTable,
  at: Position,
): Rule | undefined {
  const others = draft.family === 'ipv4' ? '-6' : '-4';
  if (words.includes(others) || words.includes(`--ipv${others.slice(1)}`)) return undefined;
  const state: RuleState = {
    draft,
    words,
    at: from,
    not: false,
    when: [],
    uses: [],
    seen: 0,
    target: undefined,
    jump: undefined,
  };
  while (state.at < state.words.length) takeWord(state, state.words[state.at++] ?? '');
  if (state.not) draft.refuse('! at the end');
  askModules(state);
  const rule: Rule = { when: state.when, does: deedsOf(state), at };
  const { target } = state;
  if (target?.module?.tables?.includes(table.name) === false)
    draft.refuse(`${target.name} is for the table ${target.module.tables.join(', ')}`);
  if (target?.module?.hooks) table.bound.set(rule, { name: target.name, hooks: target.module.hooks });
  return rule;
}

function takeWord(state: RuleState, word: string): void {
  const { draft } = state;
  const known = globalOptions.get(word);
  if (known !== undefined) {
    takeGlobal(state, known);
    return;
  }
  if (word === '!') {
    if (state.not) draft.refuse('! is given twice');
    state.not = true;
    return;
  }
  if (!word.startsWith('-')) {
    draft.refuse(`${word} stands where an option should`);
    return;
  }
  if (word.charCodeAt(1) === 45 && word.length > 2) {
    const exact = findOption(state, word.slice(2));
    const equals = exact === undefined ? word.indexOf('=') : -1;
    const global = exact === undefined ? globalOf(equals < 0 ? word : word.slice(0, equals)) : undefined;
    if (global === undefined) takeOption(state, word, exact);
    else {
      if (equals > 0) state.words = state.words.with(--state.at, word.slice(equals + 1));
      takeGlobal(state, global);
    }
    return;
  }
  const short = word.length > 2 ? globalOptions.get(word.slice(0, 2)) : undefined;
  if (short === undefined) {
    draft.refuse(`there is no option ${word}`);
    return;
  }
  // The value stands in the same word: `-ptcp`.
  state.words = state.words.with(--state.at, word.slice(2));
  takeGlobal(state, short);
}

function askModules({ uses, when, draft }: RuleState): void {
  for (const { name, module, given } of uses) {
    if (module === undefined) {
      when.push(opaque('other', wordsAgain(name, given)));
      continue;
    }
    const { protocols } = module;
    if (protocols !== undefined && (draft.protocolNot || !protocols.includes(draft.protocol)))
      draft.refuse(`-m ${name} needs -p of such a protocol`);
    if (protocols !== undefined && given.length === 0) continue;
    for (const match of module.read(given, draft)) when.push(match);
  }
}

const counts: readonly Deed[] = [{ deed: 'go-on' }];

function deedsOf({ jump, target, draft }: RuleState): readonly Deed[] {
  if (jump !== undefined) return [{ deed: jump.goto ? 'goto' : 'jump', chain: jump.chain }];
  if (target === undefined) return counts;
  if (target.module === undefined) return [{ deed: 'opaque', on: 'other', text: `-j ${target.name}` }];
  return target.module.read(target.given, draft);
}
