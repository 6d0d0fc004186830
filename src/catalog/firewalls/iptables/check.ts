/** What the kernel itself refuses when a table is put in place: targets where they may not stand, rings of jumps. */
import type { Hook, Match, Position } from '../../../lang/packets/index.ts';
import { type DraftTable, jumpOf } from './draft.ts';
import { baseOf } from './tables.ts';

type Refuse = (at: Position, reason: string) => void;

export function checkTable(table: DraftTable, refuse: Refuse): void {
  const hooks = hooksOf(table, refuse);
  for (const [name, { rules }] of table.chains) {
    const base = baseOf(table.name, name, 'accept')?.hook;
    const reached = hooks.get(name) ?? [];
    for (const rule of rules) {
      const target = table.bound.size === 0 ? undefined : table.bound.get(rule);
      for (const hook of target === undefined ? [] : reached)
        if (target?.hooks.includes(hook) === false)
          refuse(rule.at, `${target.name} cannot be met by packets of ${hook}`);
      const wrong = base === undefined ? undefined : wrongInterface(rule.when, base);
      if (wrong !== undefined) refuse(rule.at, wrong);
    }
  }
}

function wrongInterface(when: readonly Match[], hook: Hook): string | undefined {
  const [incoming, outgoing] = [
    hook === 'output' || hook === 'postrouting',
    hook === 'input' || hook === 'prerouting',
  ];
  for (const { match } of when) {
    if (incoming && match === 'in-interface') return `packets of ${hook} came in by no interface: no -i here`;
    if (outgoing && match === 'out-interface')
      return `packets of ${hook} have no interface to go out: no -o here`;
  }
  return undefined;
}

/** Which hooks lead to each chain. Jumps are followed without recursion: chains may be ten thousand deep. */
function hooksOf(table: DraftTable, refuse: Refuse): ReadonlyMap<string, ReadonlySet<Hook>> {
  const found = new Map<string, Set<Hook>>();
  for (const name of table.chains.keys()) {
    const hook = baseOf(table.name, name, 'accept')?.hook;
    if (hook === undefined) continue;
    const open = [name];
    while (open.length > 0) {
      const chain = open.pop() ?? '';
      const hooks = found.get(chain) ?? new Set();
      if (hooks.has(hook)) continue;
      found.set(chain, hooks.add(hook));
      for (const next of jumpsFrom(table, chain)) open.push(next);
    }
  }
  findRings(table, found, refuse);
  return found;
}

/** A ring of jumps that packets can get into is refused; one that nobody jumps to is not looked at. */
function findRings(table: DraftTable, reached: ReadonlyMap<string, unknown>, refuse: Refuse): void {
  const done = new Set<string>();
  const onWay = new Set<string>();
  for (const start of reached.keys()) {
    if (done.has(start)) continue;
    const way: { readonly chain: string; at: number }[] = [{ chain: start, at: 0 }];
    onWay.add(start);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const next = table.chains.get(top.chain)?.rules[top.at++];
      const to = next === undefined ? undefined : jumpOf(next);
      if (next === undefined) {
        onWay.delete(top.chain);
        done.add(top.chain);
        way.pop();
      } else if (to !== undefined && table.chains.has(to)) {
        if (onWay.has(to)) refuse(next.at, `jumps lead from chain ${to} back to it`);
        else if (!done.has(to)) {
          way.push({ chain: to, at: 0 });
          onWay.add(to);
        }
      }
    }
  }
}

function* jumpsFrom(table: DraftTable, chain: string): Generator<string> {
  for (const rule of table.chains.get(chain)?.rules ?? []) {
    const to = jumpOf(rule);
    if (to !== undefined && table.chains.has(to)) yield to;
  }
}
