import { printKeyPattern, type KeyPattern } from '../lang/acl/index.ts';
import type { Capability, Setting } from '../model/index.ts';
import type { CommandTraits, KeyNeeds } from './command-traits.ts';
import { debugParts, worth, type Worth } from './worth.ts';

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

export interface AbilityContext {
  readonly settings: Readonly<Record<string, Setting>>;
  /** False where nobody could look: then a switch may stand anywhere. */
  readonly settingsKnown: boolean;
  /** Protected configs, DEBUG and MODULE switches exist (Redis 7.0 and later, all Valkey). */
  readonly hasSwitches: boolean;
  /** MODULE LOAD exists (4.0 and later). */
  readonly hasModules: boolean;
  /** In a cluster; `undefined` where that is not known. */
  readonly cluster?: boolean;
  /** A replica that takes no writes but its master's. */
  readonly readOnlyReplica: boolean;
  /** `sentinel deny-scripts-reconfig no`. */
  readonly sentinelScripts: boolean;
  readonly traits: (command: string) => CommandTraits;
  /** Commands that must be called by another name. */
  readonly renamed: ReadonlySet<string>;
}

/** One set of permissions of a user: a command counts only with the keys and channels of the same set. */
export interface Scope {
  /** Full names, lower case, `container|sub`. */
  readonly commands: ReadonlySet<string>;
  readonly allKeys: boolean;
  readonly keys: readonly KeyPattern[];
  readonly allChannels: boolean;
  readonly databases: 'all' | 'some' | 'none';
}

/** Commands without any limit. */
export const unlimited = (commands: ReadonlySet<string>): Scope => ({
  commands,
  allKeys: true,
  keys: [],
  allChannels: true,
  databases: 'all',
});

const ability = (can: Capability, by: string, more: Partial<Ability> = {}): Ability => ({
  can,
  by,
  localOnly: false,
  certainty: 'certain',
  ...more,
});

const switches = ['enable-module-command', 'enable-protected-configs', 'enable-debug-command'] as const;
type Switch = 'no' | 'local' | 'yes' | 'unknown';

const switchState = (context: AbilityContext, name: (typeof switches)[number]): Switch => {
  if (!context.hasSwitches) return 'yes';
  const value = context.settings[name]?.value;
  if (value === 'yes' || value === 'local') return value;
  return value === undefined && !context.settingsKnown ? 'unknown' : 'no';
};

const behind = (state: Switch): Partial<Ability> => ({
  localOnly: state === 'local',
  certainty: state === 'unknown' ? 'possible' : 'certain',
});

/** All of a context that abilities depend on, as text, but for `traits`. */
export const contextKey = (context: AbilityContext): string =>
  JSON.stringify({
    ...context,
    settings: switches.map((name) => context.settings[name]?.value),
    renamed: [...context.renamed],
    traits: undefined,
  });

/** Files in a place and under a name of the caller's choice, or native code: the roads to running code. */
function codeRoads(
  commands: ReadonlySet<string>,
  context: AbilityContext,
  mayWrite: boolean,
): readonly Ability[] {
  const roads: Ability[] = [];
  const modules = switchState(context, 'enable-module-command');
  const loads = ['module|load', 'module|loadex'].find((command) => commands.has(command));
  if (context.hasModules && modules !== 'no' && loads) roads.push(ability('execute', loads, behind(modules)));
  const configs = switchState(context, 'enable-protected-configs');
  const saves = ['save', 'bgsave', 'replicaof', 'slaveof', 'shutdown'].find((command) =>
    commands.has(command),
  );
  // Whoever sets `save` makes the server save by itself, after the next write; what is in the file is then theirs only
  // if they write as well.
  const saved = saves ? `then ${saves}` : 'save, then a write';
  if (configs !== 'no' && commands.has('config|set')) {
    const sure = saves !== undefined || mayWrite;
    const more = behind(configs);
    roads.push(
      ability(
        'execute',
        `config|set dir, dbfilename, ${saved}`,
        sure ? more : { ...more, certainty: 'possible' },
      ),
    );
  }
  if (context.sentinelScripts && commands.has('sentinel|set'))
    roads.push(ability('execute', 'sentinel|set notification-script'));
  return roads;
}

function debugRoads(commands: ReadonlySet<string>, context: AbilityContext): readonly Ability[] {
  const debug = switchState(context, 'enable-debug-command');
  if (debug === 'no') return [];
  if (commands.has('debug'))
    return [ability('stop', 'debug', behind(debug)), ability('destroy', 'debug', behind(debug))];
  return [...debugParts].flatMap(([part, can]) =>
    commands.has(part) ? [ability(can, part, behind(debug))] : [],
  );
}

/** The patterns that open what a command needs: `all`, a list to show, or `undefined` where nothing does. */
function opened(scope: Scope, needs: KeyNeeds): 'all' | readonly string[] | undefined {
  if (needs.length > 0 && scope.databases === 'none') return undefined;
  if (needs.length === 0 || scope.allKeys) return 'all';
  const fitting = needs.map((need) =>
    scope.keys.filter(({ read, write }) => (read || !need.read) && (write || !need.write)),
  );
  if (fitting.some((patterns) => patterns.length === 0)) return undefined;
  if (fitting.every((patterns) => patterns.some(({ pattern }) => /^\*+$/.test(pattern)))) return 'all';
  return [...new Set(fitting.flat().map(printKeyPattern))];
}

function fits({ asks, where, command }: Worth, scope: Scope, context: AbilityContext): boolean {
  if (context.cluster !== undefined && where && (where === 'cluster') !== context.cluster) return false;
  if (asks === 'channels') return scope.allChannels;
  if (asks === 'databases') return scope.databases === 'all';
  if (asks === undefined) return true;
  return opened(scope, context.traits(command).keys) === 'all';
}

/** Reading and writing, with the patterns that bound them. */
function dataOf(command: string, scope: Scope, context: AbilityContext): readonly Ability[] {
  const { reads, writes, keys, opaque } = context.traits(command);
  if (command.startsWith('cluster|') && context.cluster === false) return [];
  const on = (can: Capability, needs: KeyNeeds | undefined): readonly Ability[] => {
    const patterns = needs && opened(scope, needs);
    if (patterns === undefined) return [];
    const within = patterns === 'all' ? '' : ` on ${patterns.slice(0, 4).join(' ')}`;
    return [ability(can, `${command}${within}`, opaque ? { certainty: 'possible' } : {})];
  };
  return [
    ...on('read', reads),
    ...on('write', writes),
    // MIGRATE takes a key along: without one it answers NOKEY and goes nowhere.
    ...(command === 'migrate' ? on('reach', keys) : []),
  ];
}

/** What is called by another name is for who knows it: `config|set dir, …` goes by the name of CONFIG. */
const asNamed = (one: Ability, { renamed }: AbilityContext): Ability =>
  renamed.has(one.by.split(/[|\s,]/, 1)[0] ?? '')
    ? { ...one, by: `${one.by} (renamed)`, certainty: 'possible' }
    : one;

function ofCommand(
  command: string,
  scope: Scope,
  context: AbilityContext,
  endsReplication: boolean,
): readonly Ability[] {
  const own = (worth.get(command) ?? [])
    .filter((entry) => fits(entry, scope, context))
    .map(({ can, certainty }) => ability(can, command, { certainty }));
  const abilities = [...own, ...dataOf(command, scope, context)];
  const named = abilities.map((one) => asNamed(one, context));
  // A failover makes a replica a master at any time.
  if (!context.readOnlyReplica || endsReplication || !context.traits(command).refusedByReplica) return named;
  return named.map((one) =>
    one.can === 'read' ? one : { ...one, by: `${one.by}, once it is a master`, certainty: 'possible' },
  );
}

/** What the sets of permissions of one user give on this server. */
export function abilitiesOf(scopes: readonly Scope[], context: AbilityContext): readonly Ability[] {
  const union = new Set(scopes.flatMap(({ commands }) => [...commands]));
  const endsReplication =
    union.has('config|set') || (context.cluster !== true && (union.has('replicaof') || union.has('slaveof')));
  const direct = scopes.flatMap((scope) =>
    [...scope.commands].flatMap((command) => ofCommand(command, scope, context, endsReplication)),
  );
  const mayWrite = direct.some(({ can }) => can === 'write');
  const roads = [...codeRoads(union, context, mayWrite), ...debugRoads(union, context)];
  const seen = new Set<string>();
  return [...direct, ...roads.map((road) => asNamed(road, context))].filter(
    ({ can, by, localOnly, certainty }) => {
      const key = `${can}|${by}|${localOnly}|${certainty}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    },
  );
}
