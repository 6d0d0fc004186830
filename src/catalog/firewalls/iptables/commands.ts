/** Commands of a line in a table: `-A`, `-I`, `-D`, `-R`, `-N`, `-X`, `-F`, `-P`, `-E`, `-Z`. */
import type { Position } from '../../../lang/packets/index.ts';
import { type DraftTable, sameRule } from './draft.ts';
import { readRule } from './rule.ts';
import type { RuleDraft } from './rule-state.ts';
import { baseOf } from './tables.ts';
import { targetModules } from './targets/index.ts';

type Command = 'A' | 'I' | 'D' | 'R' | 'C' | 'N' | 'X' | 'F' | 'P' | 'E' | 'Z' | 'L' | 'S';

const names: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['-A', 'A'],
  ['--append', 'A'],
  ['-I', 'I'],
  ['--insert', 'I'],
  ['-D', 'D'],
  ['--delete', 'D'],
  ['-R', 'R'],
  ['--replace', 'R'],
  ['-C', 'C'],
  ['--check', 'C'],
  ['-N', 'N'],
  ['--new-chain', 'N'],
  ['--new', 'N'],
  ['-X', 'X'],
  ['--delete-chain', 'X'],
  ['-F', 'F'],
  ['--flush', 'F'],
  ['-P', 'P'],
  ['--policy', 'P'],
  ['-E', 'E'],
  ['--rename-chain', 'E'],
  ['-Z', 'Z'],
  ['--zero', 'Z'],
  ['-L', 'L'],
  ['--list', 'L'],
  ['-S', 'S'],
  ['--list-rules', 'S'],
]);

/** Carries one line out on its table. */
export function carryOut(words: readonly string[], table: DraftTable, draft: RuleDraft, at: Position): void {
  let place = words.findIndex((word) => names.has(word));
  let rest = words;
  if (place < 0) {
    place = words.findIndex((word) => /^-[AIDRCNXFPEZ][^-\s]/.test(word));
    const glued = words[place] ?? '';
    if (place < 0) {
      draft.refuse('no command: a line is of the form -A CHAIN …');
      return;
    }
    rest = [...words.slice(0, place), glued.slice(0, 2), glued.slice(2), ...words.slice(place + 1)];
  }
  const command = names.get(rest[place] ?? '') ?? 'A';
  const chain = rest[place + 1] ?? '';
  const hasChain = chain !== '' && !chain.startsWith('-');
  const { chains } = table;
  if (!hasChain && 'AIDRCNPE'.includes(command)) {
    draft.refuse(`-${command} needs a chain`);
    return;
  }
  switch (command) {
    case 'N':
      makeChain(chain, table, draft, at);
      return;
    case 'X':
      if (!hasChain) for (const name of chains.keys()) removeChain(name, table);
      else if (!removeChain(chain, table)) draft.refuse(`${chain} cannot be deleted`);
      return;
    case 'F':
      if (!hasChain) for (const one of chains.values()) one.rules.length = 0;
      else if (chains.has(chain) || isBuilt(table, chain)) chains.get(chain)?.rules.splice(0);
      else draft.refuse(`there is no chain ${chain}`);
      return;
    case 'P':
      setPolicy(chain, rest[place + 2] ?? '', table, draft, at);
      return;
    case 'E': {
      const to = rest[place + 2] ?? '';
      const one = chains.get(chain);
      if (one === undefined || to === '' || chains.has(to) || isBuilt(table, chain))
        draft.refuse(`${chain} cannot be renamed`);
      else {
        chains.delete(chain);
        chains.set(to, one);
      }
      return;
    }
    case 'Z':
    case 'L':
    case 'S':
      return;
    default:
      changeRules(command, rest, place, table, draft, at);
  }
}

const isBuilt = (table: DraftTable, chain: string): boolean =>
  baseOf(table.name, chain, 'accept') !== undefined;

function removeChain(name: string, table: DraftTable): boolean {
  const chain = table.chains.get(name);
  if (chain === undefined || isBuilt(table, name) || chain.rules.length > 0) return false;
  return table.chains.delete(name);
}

/** `:chain -`, `-N chain`. */
export function makeChain(name: string, table: DraftTable, draft: RuleDraft, at: Position): void {
  if (table.chains.has(name) || isBuilt(table, name)) draft.refuse(`chain ${name} is there already`);
  else if (name.length > 28) draft.refuse(`${name} is too long for the name of a chain`);
  else if (/^[-!]/.test(name)) draft.refuse(`${name} is no name of a chain`);
  else if (targetModules.has(name)) draft.refuse(`${name} is the name of a target`);
  if (!table.chains.has(name)) table.chains.set(name, { at, policy: 'accept', rules: [] });
}

/** `:chain policy`, `-P chain policy`. */
export function setPolicy(
  chain: string,
  policy: string,
  table: DraftTable,
  draft: RuleDraft,
  at: Position,
): void {
  if (!isBuilt(table, chain)) draft.refuse(`chain ${chain} has no policy: the kernel does not call it`);
  if (policy !== 'ACCEPT' && policy !== 'DROP') draft.refuse(`${policy || 'nothing'} is no policy`);
  table.chains.set(chain, {
    at,
    // What is no policy leaves the chain as it was.
    policy:
      policy === 'DROP'
        ? 'drop'
        : policy === 'ACCEPT'
          ? 'accept'
          : (table.chains.get(chain)?.policy ?? 'accept'),
    rules: table.chains.get(chain)?.rules ?? [],
  });
}

function changeRules(
  command: 'A' | 'I' | 'D' | 'R' | 'C',
  words: readonly string[],
  place: number,
  table: DraftTable,
  draft: RuleDraft,
  at: Position,
): void {
  const name = words[place + 1] ?? '';
  let chain = table.chains.get(name);
  if (chain === undefined) {
    if (!isBuilt(table, name)) draft.refuse(`there is no chain ${name}`);
    chain = { at, policy: 'accept', rules: [] };
    table.chains.set(name, chain);
  }
  const { rules } = chain;
  const number = words[place + 2] ?? '';
  const numbered = command !== 'A' && command !== 'C' && /^\d+$/.test(number);
  const index = numbered ? Number(number) - 1 : 0;
  if (command === 'D' && numbered) {
    if (index < 0 || index >= rules.length) draft.refuse(`chain ${name} has no rule ${number}`);
    else rules.splice(index, 1);
    return;
  }
  if (command === 'R' && !numbered) draft.refuse('-R needs a number');
  const skip = place + (numbered ? 3 : 2);
  const rule =
    place === 0
      ? readRule(words, skip, draft, table, at)
      : readRule([...words.slice(0, place), ...words.slice(skip)], 0, draft, table, at);
  if (rule === undefined) return;
  switch (command) {
    case 'A':
      rules.push(rule);
      break;
    case 'I':
      if (index < 0 || index > rules.length) draft.refuse(`chain ${name} has no place ${number}`);
      rules.splice(Math.max(0, index), 0, rule);
      break;
    case 'R':
      if (index < 0 || index >= rules.length) draft.refuse(`chain ${name} has no rule ${number}`);
      else rules[index] = rule;
      break;
    default: {
      const found = rules.findIndex((one) => sameRule(one, rule));
      if (found < 0) draft.refuse(`chain ${name} has no such rule`);
      else if (command === 'D') rules.splice(found, 1);
    }
  }
}
