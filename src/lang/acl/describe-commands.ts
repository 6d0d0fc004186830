/**
 * Before 7.2 a server keeps only which commands are allowed, and finds rules for it anew: from +@all or -@all it
 * takes, again and again, the category that fits best, and then single commands for what still differs.
 * The same steps here, for the same words (ACLDescribeUserCommandRules).
 */
import { textOf } from './byte-string.ts';
import type { Dialect } from './dialect.ts';
import {
  newSelector,
  openSelector,
  setAllCommands,
  setCommand,
  settingOf,
  type SelectorState,
  type Setting,
} from './selector-state.ts';
import type { AclContext, AclSelector } from './types.ts';

export function describeCommands(
  selector: AclSelector,
  context: AclContext,
  dialect: Dialect,
): readonly string[] {
  const setting = settingOf(context, dialect, true);
  const wanted = openSelector(selector, setting);
  const reached = newSelector(setting);
  const additive = !wanted.future;
  setAllCommands(reached, !additive);
  const left = openSelector(selector, setting);
  const words = [additive ? '-@all' : '+@all'];
  const applied = new Set<string>();
  for (;;) {
    const best = bestCategory(left, additive, applied, setting);
    if (best === undefined) break;
    applied.add(best);
    setCategory(reached, best, additive, setting);
    setCategory(left, best, !additive, setting);
    words.push(`${additive ? '+' : '-'}@${best}`);
  }
  return [...words, ...singleCommands(wanted, reached, setting)];
}

/** The category with the fewest commands too many, and among equals with the most right ones. */
function bestCategory(
  left: SelectorState,
  additive: boolean,
  applied: ReadonlySet<string>,
  { table, index }: Setting,
): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  let most = 0;
  for (const category of table.categories) {
    if (applied.has(category)) continue;
    let same = 0;
    let different = 0;
    for (const place of index.members.get(category) ?? []) {
      if ((left.bits[place] === 1) === additive) same++;
      else different++;
    }
    if (same > different && (different < fewest || (different === fewest && same > most))) {
      best = category;
      fewest = different;
      most = same;
    }
  }
  return best;
}

function setCategory(
  state: SelectorState,
  category: string,
  allow: boolean,
  { index, dialect }: Setting,
): void {
  for (const place of index.members.get(category) ?? []) {
    if (dialect.categoriesSkipModules && index.commands[place]?.flags.includes('module')) continue;
    setCommand(state, place, index, allow);
  }
}

function singleCommands(
  wanted: SelectorState,
  reached: SelectorState,
  { index }: Setting,
): readonly string[] {
  const words: string[] = [];
  const describe = (place: number): void => {
    const name = index.names[place] ?? '';
    const allowed = wanted.bits[place] === 1;
    if (wanted.bits[place] !== reached.bits[place]) {
      words.push((allowed ? '+' : '-') + name);
      setCommand(reached, place, index, allowed);
    }
    for (const sub of index.subcommands.get(place) ?? []) describe(sub);
    if (!allowed)
      for (const argument of wanted.firstArgs.get(name)?.values() ?? [])
        words.push(`+${name}|${textOf(argument)}`);
  };
  for (const [place, command] of index.commands.entries()) if (command.parent === undefined) describe(place);
  for (const [name, allowed] of wanted.unlisted) words.push((allowed ? '+' : '-') + textOf(name));
  return words;
}
