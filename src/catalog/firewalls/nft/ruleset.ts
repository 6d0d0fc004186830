/** The ruleset that commands build, one by one, as the kernel would; it refuses what the kernel refuses. */
import type { Position, RuleProblem } from '../../../lang/packets/index.ts';
import type { Element, NftChain, NftRule, NftSet, NftTable } from './syntax.ts';

export class Ruleset {
  readonly tables = new Map<string, NftTable>();
  readonly problems: RuleProblem[] = [];

  problem(at: Position, reason: string, fatal = true): void {
    // A file of a million wrong lines needs no million sentences.
    if (this.problems.length < 1000) this.problems.push({ at, reason, fatal });
  }

  table(family: string, name: string, at: Position): NftTable {
    const key = `${family} ${name}`;
    let table = this.tables.get(key);
    if (table === undefined) {
      table = { family, name, dormant: false, chains: new Map(), sets: new Map(), at };
      this.tables.set(key, table);
    }
    return table;
  }

  /** A table that must be there. */
  known(family: string, name: string, at: Position): NftTable {
    if (!this.tables.has(`${family} ${name}`)) this.problem(at, `there is no table ${family} ${name}`);
    return this.table(family, name, at);
  }

  dropTable(family: string, name: string, at: Position, mayMiss: boolean): void {
    if (!this.tables.delete(`${family} ${name}`) && !mayMiss)
      this.problem(at, `there is no table ${family} ${name} to delete`);
  }

  /** `flush table`: its rules go, its chains and sets stay. */
  flushTable(family: string, name: string, at: Position): void {
    for (const chain of this.known(family, name, at).chains.values()) chain.rules = [];
  }

  flush(family?: string): void {
    for (const [key, table] of this.tables)
      if (family === undefined || table.family === family) this.tables.delete(key);
  }

  chain(table: NftTable, name: string, at: Position): NftChain {
    let chain = table.chains.get(name);
    if (chain === undefined) {
      chain = { name, devices: [], rules: [], at };
      table.chains.set(name, chain);
    }
    return chain;
  }

  rule(table: NftTable, chainName: string, rule: NftRule, place: 'first' | 'last' = 'last'): void {
    if (!table.chains.has(chainName))
      this.problem(rule.at, `there is no chain ${chainName} in table ${table.family} ${table.name}`);
    const { rules } = this.chain(table, chainName, rule.at);
    if (place === 'first') rules.unshift(rule);
    else rules.push(rule);
  }

  /** Before (0) or behind (1) a rule that its handle or its place names. */
  place(
    table: NftTable,
    chainName: string,
    rule: NftRule,
    handle: number | undefined,
    index: number | undefined,
    behind: 0 | 1,
  ): void {
    const { rules } = this.chain(table, chainName, rule.at);
    const found = index ?? rules.findIndex(({ at }) => at.handle !== undefined && at.handle === handle);
    if (found < 0 || found >= rules.length) {
      this.problem(rule.at, 'there is no rule at this place');
      rules.push(rule);
    } else rules.splice(found + behind, 0, rule);
  }

  replace(table: NftTable, chainName: string, handle: number | undefined, rule: NftRule): void {
    const { rules } = this.chain(table, chainName, rule.at);
    const index = rules.findIndex(({ at }) => at.handle !== undefined && at.handle === handle);
    if (index === -1) this.problem(rule.at, `there is no rule with handle ${handle ?? '(none)'} to replace`);
    else rules[index] = rule;
  }

  removeRule(table: NftTable, chainName: string, handle: number | undefined, at: Position): void {
    const { rules } = this.chain(table, chainName, at);
    const index = rules.findIndex((rule) => rule.at.handle !== undefined && rule.at.handle === handle);
    if (index === -1) this.problem(at, `there is no rule with handle ${handle ?? '(none)'} to delete`);
    else rules.splice(index, 1);
  }

  removeChain(table: NftTable, name: string, how: string, at: Position): void {
    const chain = table.chains.get(name);
    if (chain === undefined) {
      if (how !== 'destroy') this.problem(at, `there is no chain ${name}`);
    } else if (how === 'flush') chain.rules = [];
    else if (chain.rules.length > 0) this.problem(at, `chain ${name} still has rules`);
    else table.chains.delete(name);
  }

  removeSet(table: NftTable, name: string, how: string, at: Position): void {
    const set = table.sets.get(name);
    if (set === undefined) {
      if (how !== 'destroy') this.problem(at, `there is no set ${name}`);
    } else if (how === 'flush') {
      set.elements.packed = [];
      set.elements.list = [];
    } else table.sets.delete(name);
  }

  set(table: NftTable, name: string, map: boolean, at: Position): NftSet {
    let set = table.sets.get(name);
    if (set === undefined) {
      set = { name, map, dynamic: false, merges: false, elements: { packed: [], list: [] }, at };
      table.sets.set(name, set);
    }
    return set;
  }
}

/** Puts elements into a set; one by one, since a spread of a million would overflow the stack. */
export function addElements(
  set: NftSet,
  elements: { readonly packed: readonly number[]; readonly list: readonly Element[] },
): void {
  if (set.elements.packed.length === 0 && set.elements.list.length === 0) {
    set.elements.packed = elements.packed as number[];
    set.elements.list = elements.list as Element[];
    return;
  }
  set.elements.packed = [...set.elements.packed, ...elements.packed];
  set.elements.list = [...set.elements.list, ...elements.list];
}
