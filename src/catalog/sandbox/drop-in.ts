/**
 * The sandbox of a server's unit as the text of a drop-in. A server of the Redis family talks to the network, writes
 * a few folders, and starts nothing: all else is shut. What a server needs beyond that is opened again, and said.
 *
 * From systemd.exec(5), systemd.resource-control(5) and what the servers do; a systemd that does not know a
 * directive yet passes over it with a warning. Left out on purpose: `ProcSubset=pid` (the allocator reads
 * /proc/sys/vm/overcommit_memory), `PrivateNetwork`, `NoExecPaths` (units stop servers with programs of all kinds).
 */
import { unitWord } from './unit-word.ts';

export interface SandboxNeeds {
  /** The account that it shall run as; as the unit has it when absent. */
  readonly user?: string;
  readonly group?: string;
  /** Absolute paths that it writes: `writtenPaths`. */
  readonly writes: readonly string[];
  /** Absolute paths that it only reads, and that may lie in a home folder: program, configuration, modules, keys. */
  readonly reads?: readonly string[];
  /** Ports that it listens on. */
  readonly ports: readonly number[];
  /** Whether it loads modules: their code may make code. */
  readonly modules: boolean;
  /** Whether it starts programs: the scripts of Sentinel. */
  readonly scripts?: boolean;
  /** `maxclients`. */
  readonly clients?: number;
  /** Whether it is asked to stay on certain processors: `server-cpulist` and its like. */
  readonly pinned?: boolean;
  /** Whether its unix socket has no `unixsocketperm`: then the umask says who may connect. */
  readonly socketByUmask?: boolean;
  /** Whether it listens on loopback only, and calls nobody else. */
  readonly loopbackOnly?: boolean;
  /** The directives that the unit has now, as `UnitFacts.service` holds them. */
  readonly unit?: Readonly<Record<string, string>>;
}

export interface DropIn {
  readonly text: string;
  /** What had to be left open, and why. */
  readonly open: readonly { readonly directive: string; readonly why: string }[];
}

type Line = readonly [directive: string, ...values: readonly string[]];

const isBelow = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/**
 * @throws RangeError on a path that is not absolute or has control characters, and on an account name that a unit file would read as something
 *   else
 * @example sandboxDropIn({ user: 'redis', writes: ['/var/lib/redis'], ports: [6379], modules: false }).text
 */
export function sandboxDropIn(needs: SandboxNeeds): DropIn {
  check(needs);
  const { user, group = user, modules, scripts = false, pinned = false, unit = {} } = needs;
  const privileged = needs.ports.some((port) => port > 0 && port < 1024);
  const { writes, reads = [] } = needs;
  const temporary = [...writes, ...reads].filter((path) => isBelow(path, ['/tmp', '/var/tmp']));
  const isAtHome = (path: string): boolean => isBelow(path, ['/home', '/root', '/run/user']);
  const [writesHome, readsHome] = [writes.filter(isAtHome), reads.filter(isAtHome)];
  const atHome = [...writesHome, ...readsHome];
  const compiles = modules || scripts;
  const lines: readonly Line[] = [
    ...(user === undefined ? [] : [['User', user] as const]),
    ...(group === undefined ? [] : [['Group', group] as const]),
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', '', ...(privileged ? ['CAP_NET_BIND_SERVICE'] : [])],
    ['AmbientCapabilities', '', ...(privileged ? ['CAP_NET_BIND_SERVICE'] : [])],
    ['ProtectSystem', 'strict'],
    // An empty one first: lists of a unit and its drop-ins add up.
    ['ReadWritePaths', '', ...writes.filter((path) => !isAtHome(path)).map(writable)],
    ['ProtectHome', atHome.length === 0 ? 'yes' : 'tmpfs'],
    ...(readsHome.length === 0 ? [] : [['BindReadOnlyPaths', ...readsHome.map(boundPath)] as const]),
    ...(writesHome.length === 0 ? [] : [['BindPaths', ...writesHome.map(boundPath)] as const]),
    ['PrivateTmp', temporary.length === 0 ? 'yes' : 'no'],
    ['PrivateDevices', 'yes'],
    ['DevicePolicy', 'closed'],
    // In a user namespace of its own nobody may bind a port below 1024.
    ['PrivateUsers', privileged ? 'no' : 'yes'],
    ['ProtectClock', 'yes'],
    ['ProtectControlGroups', 'yes'],
    ['ProtectHostname', 'yes'],
    ['ProtectKernelLogs', 'yes'],
    ['ProtectKernelModules', 'yes'],
    ['ProtectKernelTunables', 'yes'],
    ['ProtectProc', 'invisible'],
    ['KeyringMode', 'private'],
    ['RemoveIPC', 'yes'],
    ['RestrictAddressFamilies', '', 'AF_INET AF_INET6 AF_UNIX'],
    ['RestrictNamespaces', 'yes'],
    ['RestrictRealtime', 'yes'],
    ['RestrictSUIDSGID', 'yes'],
    ['LockPersonality', 'yes'],
    ['MemoryDenyWriteExecute', compiles ? 'no' : 'yes'],
    ['SystemCallArchitectures', 'native'],
    ['SystemCallFilter', '', '@system-service', pinned ? '~@privileged' : '~@privileged @resources'],
    ['SystemCallErrorNumber', 'EPERM'],
    ...(needs.loopbackOnly === true
      ? [['IPAddressDeny', 'any'] as const, ['IPAddressAllow', 'localhost'] as const]
      : []),
    ...(needs.socketByUmask === true ? [] : [['UMask', '0077'] as const]),
    ['LimitNOFILE', fileLimit(needs.clients ?? 10_000, unit['LimitNOFILE'])],
    ['LimitCORE', '0'],
  ];
  const open: readonly (readonly [boolean, string, string])[] = [
    [privileged, 'CapabilityBoundingSet', 'it listens on a port below 1024'],
    [privileged, 'PrivateUsers', 'it listens on a port below 1024'],
    [modules, 'MemoryDenyWriteExecute', 'it loads modules, which may make code'],
    [scripts, 'MemoryDenyWriteExecute', 'it starts scripts, whose interpreters may make code'],
    [temporary.length > 0, 'PrivateTmp', `it keeps ${temporary.join(', ')} where others look for it`],
    [atHome.length > 0, 'ProtectHome', `it keeps ${atHome.join(', ')} in a home folder`],
    [pinned, 'SystemCallFilter', 'it chooses its processors'],
    [
      needs.socketByUmask === true,
      'UMask',
      'its unix socket has no unixsocketperm, so the umask says who may connect',
    ],
  ];
  return {
    text: `[Service]\n${lines.map(written).join('')}`,
    open: open.flatMap(([is, directive, why]) => (is ? [{ directive, why }] : [])),
  };
}

const written = ([directive, ...values]: Line): string =>
  values.map((value) => `${directive}=${value}\n`).join('');

/** What lies in /run may not be there yet when the unit starts; all else must be. */
const writable = (path: string): string =>
  isBelow(path, ['/run', '/var/run']) ? `-${unitWord(path)}` : unitWord(path);

/** A colon parts source and destination there. */
const boundPath = (path: string): string => unitWord(path).replaceAll(':', String.raw`\:`);

/** Connections, and the files, logs and replicas of a server on top; never fewer than the unit grants now. */
function fileLimit(clients: number, now: string | undefined): string {
  const wanted = Math.max(65_535, clients + 1024);
  const soft = now?.split(':')[0] ?? '';
  return soft === 'infinity' || Number(soft) > wanted ? (now ?? '') : String(wanted);
}

function check({ user, group, writes, reads = [] }: SandboxNeeds): void {
  for (const name of [user, group])
    if (name !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(name))
      throw new RangeError('not an account that a unit can name');
  for (const path of [...writes, ...reads])
    if (!path.startsWith('/') || path === '/' || /[\u0000-\u001f\u007f]/.test(path))
      throw new RangeError('a path that the server uses must be absolute, without control characters');
}
