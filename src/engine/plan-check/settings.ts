/**
 * What a plan may set. A server that takes `dir`, `loadmodule` or a script's name from us runs what somebody put
 * there, often as root: such names are refused, whatever the rest of the plan says.
 */
import { misusedAs, takenUpBy } from '../../catalog/readings/places.ts';
import { directiveTable, newestMeasured } from '../../lang/conf/index.ts';
import { compareVersionTexts } from '../../lang/version/index.ts';
import { isSecretRef, type PlannedChange, type PlanNode, type Value } from '../../model/index.ts';
import { isOfTheSystem, isOwn, isPlainPath } from './places.ts';
import { hasControls, isSettingName, readMode } from './words.ts';

/** Each with what it would do. */
const never: ReadonlyMap<string, string> = new Map([
  ['include', 'another file would count as part of this one'],
  ['loadmodule', 'it runs native code'],
  ['loadmoduleex', 'it runs native code'],
  ['search-ext-load', 'it runs native code'],
  ['logfile', 'the server writes there'],
  ['pidfile', 'the server writes there'],
  ['appendfilename', 'the server writes there'],
  ['appenddirname', 'the server writes there'],
  ['cluster-config-file', 'the server writes there'],
  ['scratch-file-path', 'the server writes there'],
  ['db-s3-object', 'it runs a program'],
  ['storage-provider', 'the server writes there'],
  ['storage-provider-options', 'the server writes there'],
  ['notification-script', 'it runs a program'],
  ['client-reconfig-script', 'it runs a program'],
  ['slaveof', 'another server would replace its data'],
  ['replicaof', 'another server would replace its data'],
  ['primaryof', 'another server would replace its data'],
  ['active-replica', 'another server would replace its data'],
]);

/** Values that are secrets: they stand in a plan as references only. */
const secret: ReadonlySet<string> = new Set([
  'requirepass',
  'masterauth',
  'primaryauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
  'sentinel-pass',
  'auth-pass',
]);

const switches: ReadonlySet<string> = new Set([
  'enable-protected-configs',
  'enable-debug-command',
  'enable-module-command',
]);

const isFileOfTls = (name: string): boolean => /^tls-(?:[a-z-]+-)?(?:file|dir)$/.test(name);

/** What is wrong with setting this, in words; `undefined` where nothing is. */
export function settingProblem(name: string, args: readonly Value[], node: PlanNode): string | undefined {
  if (!isSettingName(name)) return 'this is not the name of one setting';
  const why = never.get(name);
  if (why !== undefined) return `no plan sets ${name}: ${why}`;
  if (args.some((arg) => typeof arg === 'string' && hasControls(arg)))
    return `a value of ${name} holds a line break or another control character`;
  const [first = ''] = args;
  if (secret.has(name)) {
    if (args.length === 1 && isSecretRef(first)) return undefined;
    if (args.length === 1 && first === '' && name !== 'requirepass') return undefined;
    return name === 'requirepass' && first === ''
      ? 'no plan takes the password of a server away'
      : `the value of ${name} is a secret, which stands in a plan as a reference only`;
  }
  if (args.some(isSecretRef) && name !== 'sentinel' && name !== 'rename-command')
    return `${name} is shown to everybody, and holds no secret`;
  return typeof first === 'string' ? textProblem(name, first, args, node) : undefined;
}

function textProblem(
  name: string,
  value: string,
  args: readonly Value[],
  node: PlanNode,
): string | undefined {
  switch (name) {
    case 'enable-protected-configs':
    case 'enable-debug-command':
    case 'enable-module-command':
      return value === 'no' || value === 'local' ? undefined : `no plan opens ${name}`;
    case 'dir':
      return (value.startsWith('/')
        ? isPlainPath(value) && !isOfTheSystem(`${value}/x`)
        : /^\.\/?$/.test(value)) && takenUpBy(value) === undefined
        ? undefined
        : 'dir is no place for data: other programs read what is written there';
    case 'dbfilename':
      return /^[A-Za-z0-9][\w.-]*$|^$/.test(value) && misusedAs(value) === undefined
        ? undefined
        : 'dbfilename is no name of a dump';
    case 'aclfile':
      return isOwn(value, node) ? undefined : 'aclfile lies outside of the folders of the server';
    case 'unixsocket':
      return value === '' || (isPlainPath(value) && !isOfTheSystem(value) && /\.sock(?:et)?$/.test(value))
        ? undefined
        : 'the server deletes what is at unixsocket: it must be a socket in a folder of its own';
    case 'unixsocketperm': {
      const mode = readMode(value);
      return mode !== undefined && !mode.setUser && !mode.setGroup
        ? undefined
        : 'unixsocketperm is no octal mode';
    }
    case 'user':
      return 'users are written by keep-user, as the running server has them';
    case 'sentinel':
      return sentinelProblem(args);
    default:
      return isFileOfTls(name) && value !== '' && !isPlainPath(value)
        ? `${name} is to be an absolute path without . and ..`
        : undefined;
  }
}

/** Options of SENTINEL SET that a plan uses; the others name scripts, or masters. */
const sentinelOptions: ReadonlySet<string> = new Set([
  'auth-user',
  'auth-pass',
  'down-after-milliseconds',
  'failover-timeout',
  'parallel-syncs',
]);

export function sentinelOptionProblem(option: string, value: Value): string | undefined {
  if (!sentinelOptions.has(option)) return 'no plan sets this option of a Sentinel';
  if (option === 'auth-pass')
    return isSecretRef(value)
      ? undefined
      : 'auth-pass is a secret, which stands in a plan as a reference only';
  if (isSecretRef(value)) return `${option} is shown to everybody, and holds no secret`;
  if (option === 'auth-user')
    return /^[^\s\p{Cc}]*$/u.test(value) ? undefined : 'auth-user is no name of a user';
  return /^[0-9]{1,15}$/.test(value) ? undefined : `${option} is to be a number`;
}

/** `sentinel` lines of sentinel.conf. */
function sentinelProblem([word, ...rest]: readonly Value[]): string | undefined {
  if (word === 'deny-scripts-reconfig') return rest[0] === 'yes' ? undefined : 'no plan lets scripts be set';
  if (word === 'sentinel-pass')
    return isSecretRef(rest[0])
      ? undefined
      : 'sentinel-pass is a secret, which stands in a plan as a reference only';
  if (word === 'sentinel-user')
    return typeof rest[0] === 'string' ? undefined : 'sentinel-user is no name of a user';
  const [, value] = rest;
  return typeof word === 'string' && typeof rest[0] === 'string' && value !== undefined && rest.length === 2
    ? sentinelOptionProblem(word, value)
    : 'no plan writes this line of Sentinel';
}

/** What a replica that comes one day calls its master by, and every client its server. */
const needed = new Set('auth exec info multi ping psync replconf role sync'.split(' '));

/** Products that came after 6.0 all have users. */
const hasUsers = ({ product, version }: PlanNode): boolean =>
  product !== 'redis' || compareVersionTexts(version, '6.0.0') >= 0;

function renameProblem(args: readonly Value[], node: PlanNode): string | undefined {
  if (hasUsers(node) || node.mode !== 'standalone' || node.role !== 'master')
    return 'a command is renamed only before 6.0, and only where no Sentinel, replica or node of a cluster calls it';
  const [command, to, ...more] = args;
  if (typeof command !== 'string' || to === undefined || more.length > 0)
    return 'rename-command takes two names';
  if (!/^[a-z0-9._-]{1,64}$/i.test(command) || (typeof to === 'string' && !/^[\w-]{0,128}$/.test(to)))
    return 'rename-command takes two names';
  return needed.has(command.toLowerCase()) ? `others call ${command.toUpperCase()} by its name` : undefined;
}

/** What is wrong with the changes of a file. `shut`: default is not open when the server starts anew. */
export const changesProblem = (
  changes: readonly PlannedChange[],
  node: PlanNode,
  shut: boolean,
): string | undefined =>
  changes
    .map((change, index) => changeProblem(change, node, shut, changes.slice(index + 1)))
    .find((problem) => problem !== undefined);

function changeProblem(
  change: PlannedChange,
  node: PlanNode,
  shut: boolean,
  then: readonly PlannedChange[],
): string | undefined {
  const { name } = change;
  if (!isSettingName(name)) return 'this is not the name of one directive';
  switch (change.do) {
    case 'set':
    case 'append':
      return lineProblem(name, change.args, node);
    case 'replace':
      if (change.lines.length === 0) return removalProblem(name, [], shut, then);
      return change.lines
        .map((line) => lineProblem(name, line, node))
        .find((problem) => problem !== undefined);
    case 'remove':
    case 'comment-out':
      return removalProblem(name, change.beginning ?? [], shut, then);
  }
}

const measured = ['redis', 'valkey', 'keydb'] as const;

/** A line that some server knows, with as many words as it takes: in a script, another one could be a command. */
function shapeProblem(
  name: string,
  args: readonly Value[],
  { product, version }: PlanNode,
): string | undefined {
  if (args.length === 0) return `${name} without a value is no line`;
  const own = measured.find((one) => one === product);
  const tables = [
    ...(own === undefined ? [] : [directiveTable(own, version)]),
    ...measured.map((one) => directiveTable(one, newestMeasured(one))),
  ];
  const known = tables.find((table) => table.has(name))?.get(name);
  if (known === undefined) return `${name} is no directive of any server that is known`;
  return args.length > 1 && !['list', 'special', 'statement'].includes(known.type.kind)
    ? `${name} takes one value`
    : undefined;
}

const lineProblem = (name: string, args: readonly Value[], node: PlanNode): string | undefined => {
  const shape = never.has(name) ? undefined : shapeProblem(name, args, node);
  if (shape !== undefined) return shape;
  const problem = settingProblem(name, args, node);
  return problem ?? (name === 'rename-command' ? renameProblem(args, node) : undefined);
};

function removalProblem(
  name: string,
  beginning: readonly string[],
  shut: boolean,
  then: readonly PlannedChange[],
): string | undefined {
  if (beginning.some(hasControls)) return 'a word holds a line break or another control character';
  if (name === 'requirepass' && !shut)
    return 'without requirepass in its file the server is open when it starts anew: default is to be shut, and kept so, first';
  if (name === 'user' && (beginning[0] === undefined || beginning[0] === 'default'))
    return 'without its line in the file the default user is open when the server starts anew';
  const [command] = beginning;
  const again = then.some(
    (next) => next.do === 'append' && next.name === name && command !== undefined && next.args[0] === command,
  );
  if (name === 'rename-command' && !again)
    return 'a command would be called by its name again: it is denied by users first';
  return ['include', 'aclfile', 'protected-mode', 'bind', 'sentinel'].includes(name) || switches.has(name)
    ? `no plan takes ${name} out of a file`
    : undefined;
}
