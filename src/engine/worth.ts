import type { Capability } from '../model/index.ts';

/** What a command is good for, where that does not show in its flags. */
export interface Worth {
  readonly command: string;
  readonly can: Capability;
  /** `possible`: needs something more, such as a master of one's own that the server gets at. */
  readonly certainty: 'certain' | 'possible';
  /** Only in a cluster, or only outside of one. */
  readonly where?: 'cluster' | 'no-cluster';
  /** Asks for every channel, or for every database, or for every key. */
  readonly asks?: 'channels' | 'databases' | 'keys';
}

const rows = (
  can: Capability,
  commands: readonly string[],
  more: Partial<Omit<Worth, 'can' | 'command'>> = {},
): readonly Worth[] => commands.map((command) => ({ command, can, certainty: 'certain', ...more }));

const all: readonly Worth[] = [
  ...rows('destroy', ['flushall'], { asks: 'databases' }),
  ...rows('destroy', ['flushdb', 'function|flush', 'function|delete']),
  ...rows('destroy', ['swapdb'], { asks: 'databases', where: 'no-cluster' }),
  // A replica drops what it has for what its master sends.
  ...rows('destroy', ['replicaof', 'slaveof'], { certainty: 'possible', where: 'no-cluster' }),
  ...rows('destroy', ['cluster|reset', 'cluster|replicate', 'cluster|flushslot', 'trimslots'], {
    certainty: 'possible',
    where: 'cluster',
  }),
  // Who may delete some keys only can spoil their own data, not the server's.
  ...rows(
    'destroy',
    ['del', 'unlink', 'getdel', 'expire', 'pexpire', 'expireat', 'pexpireat', 'rename', 'move'],
    {
      asks: 'keys',
    },
  ),
  ...rows('destroy', ['migrate'], { certainty: 'possible', asks: 'keys' }),
  ...rows('copy', ['sync', 'psync']),
  ...rows('control', ['config|set', 'acl|setuser', 'acl|deluser']),
  ...rows(
    'control',
    ['acl|load', 'acl|save', 'config|rewrite', 'failover', 'function|load', 'function|restore'],
    {
      certainty: 'possible',
    },
  ),
  ...rows(
    'control',
    [
      'cluster|meet',
      'cluster|forget',
      'cluster|failover',
      'cluster|replicate',
      'cluster|reset',
      'cluster|setslot',
      'cluster|addslots',
      'cluster|addslotsrange',
      'cluster|delslots',
      'cluster|delslotsrange',
      'cluster|flushslots',
    ],
    { where: 'cluster' },
  ),
  ...rows('control', [
    'sentinel|set',
    'sentinel|monitor',
    'sentinel|remove',
    'sentinel|failover',
    'sentinel|reset',
    'sentinel|config',
  ]),
  ...rows('stop', ['shutdown', 'client|kill', 'client|pause']),
  ...rows('observe', [
    'monitor',
    'client|list',
    'slowlog|get',
    'commandlog|get',
    'hotkeys|get',
    'acl|log',
    'acl|list',
    'acl|getuser',
    'config|get',
  ]),
  ...rows('observe', ['psubscribe', 'subscribe', 'ssubscribe'], { asks: 'channels' }),
  ...rows('reach', ['replicaof', 'slaveof'], { where: 'no-cluster' }),
  ...rows('reach', ['cluster|meet', 'cluster|migrateslots', 'cluster|migration'], { where: 'cluster' }),
  ...rows('reach', ['sentinel|monitor']),
];

/** By command, lower case, `container|sub`. */
export const worth: ReadonlyMap<string, readonly Worth[]> = Map.groupBy(all, ({ command }) => command);

/** What parts of DEBUG do, for rules such as `+debug|sleep`; `debug` itself is all of them. */
export const debugParts: ReadonlyMap<string, Capability> = new Map<string, Capability>([
  ...(
    [
      'sleep',
      'segfault',
      'panic',
      'restart',
      'crash-and-recover',
      'oom',
      'assert',
      'leak',
      'sigalrm',
    ] as const
  ).map((name) => [`debug|${name}`, 'stop'] as const),
  ...(['reload', 'loadaof', 'flushall'] as const).map((name) => [`debug|${name}`, 'destroy'] as const),
]);

/** Subcommands that matter, for servers whose command table does not list any. */
export const subcommandsThatCount: readonly string[] = [
  ...worth.keys(),
  'module|load',
  'module|loadex',
  'acl|whoami',
  'cluster|getkeysinslot',
].filter((name) => name.includes('|'));
