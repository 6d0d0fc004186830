/** Options of modules: `--dport 22`. */
import { type Given, type OptionShape, opaque } from './extension.ts';
import { matchModules, moduleOfProtocol } from './matches/index.ts';
import { type RuleState, isTurned, oldTurn } from './rule-state.ts';

interface Found {
  readonly name: string;
  readonly given: Given[];
  readonly shape: OptionShape;
}

/** The option by its whole name in the modules of the rule, the youngest first, as iptables looks for it. */
export function findOption({ target, uses }: RuleState, name: string): Found | undefined {
  const own = target?.module?.options.get(name);
  if (own !== undefined && target !== undefined)
    return { name: target.name, given: target.given, shape: own };
  for (let index = uses.length - 1; index >= 0; index--) {
    const use = uses[index];
    const shape = use?.module?.options.get(name);
    if (use !== undefined && shape !== undefined) return { name: use.name, given: use.given, shape };
  }
  return undefined;
}

/** By the beginning of its name, as getopt_long takes it. */
function findBeginning({ target, uses }: RuleState, name: string): Found | undefined {
  for (const use of [...(target ? [target] : []), ...uses.toReversed()])
    for (const [own, shape] of use.module?.options ?? [])
      if (own.startsWith(name)) return { name: use.name, given: use.given, shape };
  return undefined;
}

/** What `-p` brings with it, where the option is one of its module. */
function findImplied(state: RuleState, name: string): Found | undefined {
  const { draft, uses } = state;
  const implied = draft.protocolNot ? undefined : moduleOfProtocol.get(draft.protocol);
  if (implied === undefined || uses.some((use) => use.name === implied)) return undefined;
  const use = { name: implied, module: matchModules.get(implied), given: [] };
  uses.push(use);
  const found = findOption(state, name) ?? findBeginning(state, name);
  if (found === undefined) uses.pop();
  return found;
}

/** Takes `--name` and its values. */
export function takeOption(state: RuleState, word: string, exact: Found | undefined): void {
  const equals = exact === undefined ? word.indexOf('=') : -1;
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const found = exact ?? findOption(state, name) ?? findBeginning(state, name) ?? findImplied(state, name);
  if (found === undefined) {
    takeUnknown(state, name);
    return;
  }
  const { draft } = state;
  const { shape, given } = found;
  const before = isTurned(state, `--${shape.name}`, shape.negatable);
  if (shape.values > 0 && equals < 0) oldTurn(state, `--${shape.name}`);
  const not = before !== state.not;
  state.not = false;
  const values: string[] = equals < 0 ? [] : [word.slice(equals + 1)];
  while (values.length < shape.values) {
    const value = state.words[state.at];
    if (value === undefined)
      draft.refuse(`--${name} needs ${shape.values === 1 ? 'a value' : `${shape.values} values`}`);
    else state.at++;
    values.push(value ?? '');
  }
  if (found.name === 'multiport' && draft.protocol === 0)
    draft.refuse('multiport needs -p tcp or the like before it');
  if (!shape.repeatable && given.some(({ option }) => option === shape.name))
    draft.refuse(`--${shape.name} is given twice`);
  given.push({ option: shape.name, values, not });
}

/** Whose it is depends on a module that we do not know; without one, nobody takes it. */
function takeUnknown(state: RuleState, name: string): void {
  const { target, uses, words, draft } = state;
  const taker =
    target !== undefined && target.module === undefined
      ? target
      : uses.findLast(({ module }) => module === undefined);
  if (taker === undefined) draft.refuse(`there is no option --${name} here`);
  const values: string[] = [];
  while (state.at < words.length && !/^(?:!$|-.)/.test(words[state.at] ?? ''))
    values.push(words[state.at++] ?? '');
  if (taker === undefined) state.when.push(opaque('other', `--${name} ${values.join(' ')}`));
  else taker.given.push({ option: name, values, not: state.not });
  state.not = false;
}
