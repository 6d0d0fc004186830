import type { Capability, Setting } from '../model/index.ts';

/**
 * What a set of permitted commands makes possible on one server, given its protected settings. Commands come from
 * the server's own table and the user's own rules; this file only knows what a command is good for.
 */
export interface Ability {
  readonly can: Capability;
  /** The command, setting or hole that gives it. */
  readonly by: string;
  /** Only from loopback or a unix socket: `enable-debug-command local` and its kin. */
  readonly localOnly: boolean;
  readonly certainty: 'certain' | 'possible';
}

export interface CommandTraits {
  readonly name: string;
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface AbilityContext {
  readonly settings: Readonly<Record<string, Setting>>;
  /** Protected configs, DEBUG and MODULE switches exist (Redis 7.0 and later, all Valkey). */
  readonly hasSwitches: boolean;
  /** MODULE LOAD exists (4.0 and later). */
  readonly hasModules: boolean;
  readonly traits: (command: string) => CommandTraits;
}

/** How far a user's keys go: `undefined` for all of them, else the patterns. */
export type KeyScope = readonly string[] | undefined;

const given = (can: Capability, commands: readonly string[]): readonly (readonly [string, Capability])[] =>
  commands.map((command) => [command, can] as const);

/** Commands whose worth does not show in their flags. Others count by what the server says: reads, or writes. */
const worth: ReadonlyMap<string, readonly Capability[]> = (() => {
  const map = new Map<string, Capability[]>();
  const rows = [
    ...given('destroy', [
      'flushall',
      'flushdb',
      'swapdb',
      'replicaof',
      'slaveof',
      'cluster|reset',
      'del',
      'unlink',
      'cluster|flushslots',
    ]),
    ...given('copy', ['sync', 'psync']),
    ...given('control', [
      'config|set',
      'config|rewrite',
      'acl|setuser',
      'acl|deluser',
      'acl|load',
      'acl|save',
      'cluster|meet',
      'cluster|forget',
      'cluster|failover',
      'cluster|replicate',
      'cluster|setslot',
      'failover',
      'client|kill',
      'client|pause',
      'sentinel|set',
      'sentinel|monitor',
      'sentinel|remove',
      'sentinel|failover',
      'sentinel|reset',
      'sentinel|config',
      'function|load',
      'function|restore',
      'function|flush',
      'function|delete',
    ]),
    ...given('stop', ['shutdown']),
    ...given('observe', [
      'monitor',
      'client|list',
      'slowlog|get',
      'acl|log',
      'acl|list',
      'acl|getuser',
      'config|get',
      'psubscribe',
      'commandlog|get',
    ]),
    ...given('reach', [
      'replicaof',
      'slaveof',
      'migrate',
      'cluster|meet',
      'sentinel|monitor',
      'cluster|migrateslots',
      'cluster|migration',
    ]),
  ];
  for (const [command, can] of rows) map.set(command, [...(map.get(command) ?? []), can]);
  return map;
})();

const switchState = (context: AbilityContext, name: string): 'no' | 'local' | 'yes' => {
  if (!context.hasSwitches) return 'yes';
  const value = context.settings[name]?.value;
  return value === 'yes' || value === 'local' ? value : 'no';
};

const ability = (can: Capability, by: string, localOnly = false): Ability => ({
  can,
  by,
  localOnly,
  certainty: 'certain',
});

/** Files in a place and under a name of the caller's choice, or native code: the three roads to running code. */
function codeRoads(commands: ReadonlySet<string>, context: AbilityContext): readonly Ability[] {
  const roads: Ability[] = [];
  const modules = switchState(context, 'enable-module-command');
  if (
    context.hasModules &&
    modules !== 'no' &&
    (commands.has('module|load') || commands.has('module|loadex'))
  ) {
    roads.push(ability('execute', 'module|load', modules === 'local'));
  }
  const configs = switchState(context, 'enable-protected-configs');
  const saves = ['save', 'bgsave', 'replicaof', 'slaveof', 'shutdown'].find((command) =>
    commands.has(command),
  );
  if (configs !== 'no' && commands.has('config|set') && saves) {
    roads.push(ability('execute', `config|set dir, dbfilename, then ${saves}`, configs === 'local'));
  }
  const debug = switchState(context, 'enable-debug-command');
  if (debug !== 'no' && commands.has('debug'))
    roads.push(ability('stop', 'debug', debug === 'local'), ability('destroy', 'debug', debug === 'local'));
  const scripts = context.settings['sentinel-deny-scripts-reconfig']?.value;
  if (scripts === 'no' && commands.has('sentinel|set'))
    roads.push(ability('execute', 'sentinel|set notification-script'));
  return roads;
}

// Who may delete some keys only can spoil their own data, not the server's.
const keyBound: ReadonlySet<string> = new Set(['del', 'unlink']);

/** What `commands` (full names, lower case, `container|sub`) give on this server, on the keys of `keys`. */
export function abilitiesOf(
  commands: ReadonlySet<string>,
  context: AbilityContext,
  keys?: KeyScope,
): readonly Ability[] {
  const within =
    keys === undefined ? '' : keys.length === 0 ? undefined : ` on ${keys.slice(0, 4).join(' ')}`;
  const direct: Ability[] = [];
  for (const command of commands) {
    for (const can of worth.get(command) ?? []) {
      if (keys === undefined || !keyBound.has(command)) direct.push(ability(can, command));
    }
    const { reads, writes } = context.traits(command);
    if (within === undefined) continue;
    if (reads) direct.push(ability('read', `${command}${within}`));
    if (writes) direct.push(ability('write', `${command}${within}`));
  }
  return [...direct, ...codeRoads(commands, context)];
}

/** Who may change users may give themselves everything that the server has. */
export const mayBecomeAnyone = (commands: ReadonlySet<string>): boolean => commands.has('acl|setuser');

/** Subcommands that matter, for servers whose command table does not list any. */
export const subcommandsThatCount: readonly string[] = [
  ...worth.keys(),
  'module|load',
  'module|loadex',
  'config|get',
  'acl|whoami',
].filter((name) => name.includes('|'));
