/** Tables of iptables and the chains that the kernel calls in them. */
import type { BaseChain, Hook } from '../../../lang/packets/index.ts';

type Built = Readonly<Record<string, readonly [hook: Hook, priority: number]>>;

const filter: Built = { INPUT: ['input', 0], FORWARD: ['forward', 0], OUTPUT: ['output', 0] };
const everywhere = (priority: number): Built => ({
  PREROUTING: ['prerouting', priority],
  INPUT: ['input', priority],
  FORWARD: ['forward', priority],
  OUTPUT: ['output', priority],
  POSTROUTING: ['postrouting', priority],
});

const tables: Readonly<Record<string, Built>> = {
  raw: { PREROUTING: ['prerouting', -300], OUTPUT: ['output', -300] },
  mangle: everywhere(-150),
  nat: {
    PREROUTING: ['prerouting', -100],
    INPUT: ['input', 100],
    OUTPUT: ['output', -100],
    POSTROUTING: ['postrouting', 100],
  },
  filter,
  security: { INPUT: ['input', 50], FORWARD: ['forward', 50], OUTPUT: ['output', 50] },
};

export const isTable = (name: string): boolean => Object.hasOwn(tables, name);

/** The hook of a chain that is built in; `undefined` for one that somebody made. */
export function baseOf(table: string, chain: string, policy: 'accept' | 'drop'): BaseChain | undefined {
  const built = isTable(table) ? tables[table] : undefined;
  const place = built && Object.hasOwn(built, chain) ? built[chain] : undefined;
  if (place === undefined) return undefined;
  const [hook, priority] = place;
  const type = table === 'nat' ? 'nat' : table === 'mangle' && hook === 'output' ? 'route' : 'filter';
  return { hook, type, priority, policy };
}
