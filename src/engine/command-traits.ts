import type { AclCommand, CommandTable, KeyAccess } from '../lang/acl/index.ts';

/** What a selector must open for a command, one entry for each of its keys; none where it names no key. */
export type KeyNeeds = readonly KeyAccess[];

/** What a command does with data, as far as that shows in what the server says of it. */
export interface CommandTraits {
  /** It gives values, or names of keys, back to the caller. */
  readonly reads?: KeyNeeds;
  readonly writes?: KeyNeeds;
  /** All that it asks of its keys, whatever it does with them. */
  readonly keys: KeyNeeds;
  /** A command of a module that names no keys: what it touches only the module knows. */
  readonly opaque: boolean;
  /** A read-only replica refuses it. */
  readonly refusedByReplica: boolean;
}

// They run other commands, under the permissions of whoever calls: by themselves they give nothing.
const scripts = /^(eval|evalsha|fcall)(_ro)?$/;

/** Without a key permission being asked: the names of all keys, which are data as well. */
const namesOfKeys: ReadonlySet<string> = new Set([
  'keys',
  'scan',
  'randomkey',
  'clusterscan',
  'cluster|getkeysinslot',
]);

// They use values and give none back: data moves between keys, or becomes a count.
const givesNothing: ReadonlySet<string> = new Set([
  'bitop',
  'copy',
  'geosearchstore',
  'migrate',
  'move',
  'pfdebug',
  'pfmerge',
  'rename',
  'renamenx',
  'sdiffstore',
  'sinterstore',
  'smove',
  'sunionstore',
  'zdiffstore',
  'zinterstore',
  'zrangestore',
  'zunionstore',
]);

/** Lengths, types and the like: not what is stored. From 7.0 on most of it shows in the key specifications. */
const aboutKeys: ReadonlySet<string> = new Set([
  'exists',
  'expiretime',
  'hexists',
  'hlen',
  'hstrlen',
  'llen',
  'memory',
  'object',
  'pexpiretime',
  'pttl',
  'scard',
  'sismember',
  'smismember',
  'strlen',
  'touch',
  'ttl',
  'type',
  'xlen',
  'zcard',
]);

/** Before 7.0: commands that write, and give back what was there. */
const givesBack: ReadonlySet<string> = new Set([
  'bitfield',
  'blmove',
  'blpop',
  'brpop',
  'brpoplpush',
  'bzpopmax',
  'bzpopmin',
  'decr',
  'decrby',
  'georadius',
  'georadiusbymember',
  'getdel',
  'getex',
  'getset',
  'hincrby',
  'hincrbyfloat',
  'incr',
  'incrby',
  'incrbyfloat',
  'lmove',
  'lpop',
  'rpop',
  'rpoplpush',
  'sort',
  'spop',
  'xautoclaim',
  'xclaim',
  'xreadgroup',
  'zincrby',
  'zpopmax',
  'zpopmin',
]);

/** Commands whose words decide what they need, so that the key specification says more than one use of them does. */
const byWords: Readonly<Record<string, { readonly reads: KeyAccess; readonly writes: KeyAccess }>> = {
  set: { reads: { read: true, write: true }, writes: { read: false, write: true } },
  bitfield: { reads: { read: true, write: false }, writes: { read: true, write: true } },
};

const accessOf = (flags: readonly string[]): KeyAccess => ({
  read: flags.includes('access'),
  write: flags.includes('update') || flags.includes('insert') || flags.includes('delete'),
});

/** Any permission on the key: what is asked where the server has no finer ones. */
const anyKey: KeyNeeds = [{ read: false, write: false }];

interface Spec extends KeyAccess {
  /** `SORT … STORE key`: only there if the caller wants it. */
  readonly optional: boolean;
}

function specsOf({ keySpecs }: AclCommand): readonly Spec[] {
  const asking = keySpecs.filter(({ flags }) => !flags.includes('not_key'));
  const fixed = asking.some(({ begin }) => begin.type === 'index');
  return asking.map(({ flags, begin }) => ({
    ...accessOf(flags),
    optional: fixed && begin.type !== 'index',
  }));
}

function keysOf(specs: readonly Spec[]): KeyNeeds {
  const fixed = specs.filter(({ optional }) => !optional);
  return specs.length === 0 ? anyKey : fixed;
}

function readsOf(
  command: AclCommand,
  name: string,
  specs: readonly Spec[],
  setGives: boolean,
): KeyNeeds | undefined {
  const writes = command.flags.includes('write');
  if (givesNothing.has(name) || aboutKeys.has(name) || (!writes && !command.flags.includes('readonly')))
    return undefined;
  if (specs.length === 0) {
    const gives = !writes || givesBack.has(name) || (name === 'set' && setGives);
    return gives ? anyKey : undefined;
  }
  const needs = specs.filter(({ read, optional }) => read && !optional);
  if (needs.length === 0) return undefined;
  const special = byWords[name];
  return special ? [special.reads] : needs;
}

function writesOf({ flags }: AclCommand, name: string, specs: readonly Spec[]): KeyNeeds | undefined {
  // MIGRATE takes away, to where the caller says: that is another matter than writing.
  if (!flags.includes('write') || name === 'migrate') return undefined;
  if (specs.length === 0) return anyKey;
  const special = byWords[name];
  if (special) return [special.writes];
  // XREADGROUP has the flag, and leaves the values alone.
  if (!specs.some(({ write }) => write)) return undefined;
  const fixed = specs.filter(({ optional }) => !optional);
  return fixed.some(({ write }) => write) ? fixed : specs;
}

/**
 * Reads off a server's own table what its commands do with data.
 *
 * @param setGives SET has its GET option (6.2 and later); from 7.0 on the key specification says so itself.
 */
export function traitsOf(table: CommandTable, setGives: boolean): (name: string) => CommandTraits {
  const kept = known.get(table) ?? new Map<boolean, (name: string) => CommandTraits>();
  known.set(table, kept);
  const had = kept.get(setGives);
  if (had) return had;
  const read = readTraits(table, setGives);
  const traits = new Map<string, CommandTraits>();
  const remembering = (name: string): CommandTraits => {
    const one = traits.get(name) ?? read(name);
    traits.set(name, one);
    return one;
  };
  kept.set(setGives, remembering);
  return remembering;
}

/** A fleet shares few tables, and each of its servers asks for every command of one. */
const known = new WeakMap<CommandTable, Map<boolean, (name: string) => CommandTraits>>();

function readTraits(table: CommandTable, setGives: boolean): (name: string) => CommandTraits {
  const byName = new Map(table.commands.map((command) => [command.name.toLowerCase(), command]));
  return (name) => {
    // Before 7.0 the table has no subcommands: by name, then, also for one that is not there.
    if (namesOfKeys.has(name)) return { reads: [], keys: [], opaque: false, refusedByReplica: false };
    const command = byName.get(name);
    if (!command || scripts.test(name)) return { keys: [], opaque: false, refusedByReplica: false };
    const refusedByReplica = command.flags.includes('write');
    const specs = specsOf(command);
    const keyed =
      specs.length > 0 ||
      (command.keySpecs.length === 0 && (command.firstKey !== 0 || command.flags.includes('movablekeys')));
    // Products' own commands have no dot; `FT.SEARCH` is a module's.
    const opaque = !keyed && name.includes('.');
    if (!keyed && !opaque) return { keys: [], opaque, refusedByReplica };
    const reads = opaque
      ? command.flags.includes('readonly')
        ? []
        : undefined
      : readsOf(command, name, specs, setGives);
    const writes = opaque ? (refusedByReplica ? [] : undefined) : writesOf(command, name, specs);
    return {
      ...(reads ? { reads } : {}),
      ...(writes ? { writes } : {}),
      keys: keyed ? keysOf(specs) : [],
      opaque,
      refusedByReplica,
    };
  };
}
