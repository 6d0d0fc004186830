/** The `sentinel …` lines of sentinel.conf, as a server in sentinel mode reads them. */
import { isNumericAddress } from './address.ts';
import { atoi, cString, lowerAscii } from '../c-text/index.ts';
import { compareVersionTexts } from '../version/index.ts';
import { redisLevel, type ConfProduct } from './traits.ts';

/** One `sentinel` line without its first word. */
export interface SentinelLine {
  readonly file: string;
  readonly line: number;
  /** The number that the server's message would name. */
  readonly reported: number;
  readonly args: readonly string[];
}

/** What Sentinel watches. Passwords are among the settings: never print them. */
export interface MonitoredPrimary {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly quorum: number;
  /** The other settings of this primary, by their word; the last line of each wins. */
  readonly settings: ReadonlyMap<string, string>;
  readonly replicas: readonly string[];
  readonly sentinels: readonly string[];
}

export interface SentinelReading {
  readonly primaries: readonly MonitoredPrimary[];
  /** Settings of Sentinel itself, such as `announce-ip`, `sentinel-pass`. */
  readonly settings: ReadonlyMap<string, string>;
  /** The first line that is refused, and why. */
  readonly refused: { readonly at: SentinelLine; readonly reason: string } | undefined;
}

interface SentinelHost {
  readonly executable: (path: string) => boolean;
  /** Whether a host name resolves; true where this is not known. */
  readonly resolves: (host: string) => boolean;
}

const beforeMonitor: ReadonlySet<string> = new Set([
  'announce-ip',
  'announce-port',
  'deny-scripts-reconfig',
  'sentinel-user',
  'sentinel-pass',
  'current-epoch',
  'myid',
  'resolve-hostnames',
  'announce-hostnames',
]);

/** Since 6.2 the lines are read in three rounds, so that their order in the file is of no matter. */
function sentinelOrder(lines: readonly SentinelLine[], later: boolean): readonly SentinelLine[] {
  if (!later) return lines;
  const round = ({ args }: SentinelLine): number => {
    const word = lowerAscii(args[0] ?? '');
    return word === 'monitor' ? 1 : beforeMonitor.has(word) ? 0 : 2;
  };
  return [0, 1, 2].flatMap((wanted) => lines.filter((line) => round(line) === wanted));
}

interface Primary extends MonitoredPrimary {
  readonly settings: Map<string, string>;
  readonly replicas: string[];
  readonly sentinels: string[];
}

interface State {
  readonly primaries: Map<string, Primary>;
  /** What may be said once only: replicas, Sentinels and renamed commands, each of its primary. */
  readonly seen: Set<string>;
  readonly settings: Map<string, string>;
  readonly level: (from: string) => boolean;
  readonly valkey: boolean;
  readonly host: SentinelHost;
}

export function readSentinel(
  lines: readonly SentinelLine[],
  product: ConfProduct,
  version: string,
  host: SentinelHost,
): SentinelReading {
  const redis = redisLevel(product, version);
  const state: State = {
    primaries: new Map(),
    seen: new Set(),
    settings: new Map(),
    level: (from) => compareVersionTexts(redis, from) >= 0,
    valkey: product === 'valkey' && compareVersionTexts(version, '8.0.0') >= 0,
    host,
  };
  let refused: SentinelReading['refused'];
  for (const line of sentinelOrder(lines, state.level('6.2.0'))) {
    const reason = readLine(line.args.map(cString), state);
    if (reason === undefined) continue;
    refused = { at: line, reason };
    break;
  }
  return { primaries: [...state.primaries.values()], settings: state.settings, refused };
}

const noPrimary = 'No such master with specified name.';
const unknown = 'Unrecognized sentinel configuration statement.';

function readLine(args: readonly string[], state: State): string | undefined {
  const word = lowerAscii(args[0] ?? '');
  if (word === 'monitor' && args.length === 5) return monitor(args, state);
  const own = ownSettings.get(word);
  if (own !== undefined && args.length === 2) return setOwn(word, args[1] ?? '', own, state);
  const needed = counts.get(word);
  if (needed === undefined || !needed.includes(args.length) || !known(word, state)) return unknown;
  // The old form of `known-sentinel`, without an id, is skipped.
  if (word === 'known-sentinel' && args.length === 4) return undefined;
  const primary = state.primaries.get(args[1] ?? '');
  if (!primary) return noPrimary;
  return setOfPrimary(word, args, primary, state);
}

function known(word: string, { level, valkey }: State): boolean {
  if (word === 'can-failover') return !level('2.8.0');
  if (word === 'master-reboot-down-after-period') return level('7.0.0');
  if (word === 'primary-reboot-down-after-period') return valkey;
  if (word === 'auth-user') return level('6.0.0');
  if (word === 'rename-command') return level('5.0.0');
  if (word === 'known-replica') return level('5.0.0');
  return true;
}

function monitor(args: readonly string[], state: State): string | undefined {
  const [, name = '', host = '', port = '', quorum = ''] = args;
  if (atoi(quorum) <= 0) return 'Quorum must be 1 or greater.';
  const wrong = wrongAddress(host, port, state);
  if (wrong) return wrong;
  if (state.primaries.has(name)) return 'Duplicate master name.';
  state.primaries.set(name, {
    name,
    host,
    port: atoi(port),
    quorum: atoi(quorum),
    settings: new Map(),
    replicas: [],
    sentinels: [],
  });
  return undefined;
}

function wrongAddress(
  host: string,
  port: string,
  { level, settings, host: world }: State,
): string | undefined {
  const number = atoi(port);
  if (number < 0 || number > 65535) return `Invalid port number${level('6.2.0') ? '.' : ''}`;
  if (isNumericAddress(host)) return undefined;
  // Since 6.2 names are refused unless resolve-hostnames allows them, and then they may resolve later.
  const may = level('6.2.0') ? settings.get('resolve-hostnames') === 'yes' : world.resolves(host);
  return may ? undefined : `Can't resolve ${level('6.2.0') ? '' : 'master '}instance hostname.`;
}

type Own = 'text' | 'yesno' | 'id' | 'number';
const ownSettings: ReadonlyMap<string, Own> = new Map([
  ['current-epoch', 'number'],
  ['myid', 'id'],
  ['announce-ip', 'text'],
  ['announce-port', 'number'],
  ['deny-scripts-reconfig', 'yesno'],
  ['sentinel-user', 'text'],
  ['sentinel-pass', 'text'],
  ['resolve-hostnames', 'yesno'],
  ['announce-hostnames', 'yesno'],
]);

function setOwn(word: string, value: string, kind: Own, { settings, level }: State): string | undefined {
  const since = word.startsWith('sentinel-') || word.endsWith('hostnames') ? '6.2.0' : '2.8.0';
  if (!level(since)) return unknown;
  const yesno = lowerAscii(value);
  if (kind === 'yesno' && yesno !== 'yes' && yesno !== 'no')
    return word === 'deny-scripts-reconfig'
      ? 'Please specify yes or no for the deny-scripts-reconfig options.'
      : `Please specify yes or no for the ${word} option.`;
  if (kind === 'id' && value.length !== 40) return 'Malformed Sentinel id in myid option.';
  settings.set(word, kind === 'yesno' ? yesno : value);
  return undefined;
}

const counts: ReadonlyMap<string, readonly number[]> = new Map([
  ...[
    'down-after-milliseconds',
    'failover-timeout',
    'parallel-syncs',
    'notification-script',
    'client-reconfig-script',
    'auth-pass',
    'auth-user',
    'config-epoch',
    'leader-epoch',
    'master-reboot-down-after-period',
    'primary-reboot-down-after-period',
    'can-failover',
  ].map((word): [string, readonly number[]] => [word, [3]]),
  ['known-slave', [4]],
  ['known-replica', [4]],
  ['known-sentinel', [4, 5]],
  ['rename-command', [4]],
]);

function setOfPrimary(
  word: string,
  args: readonly string[],
  primary: Primary,
  state: State,
): string | undefined {
  const [, , value = '', port = '', id = ''] = args;
  switch (word) {
    case 'down-after-milliseconds':
    case 'failover-timeout':
      if (atoi(value) <= 0) return 'negative or zero time parameter.';
      break;
    case 'master-reboot-down-after-period':
    case 'primary-reboot-down-after-period':
      if (atoi(value) < 0) return 'negative time parameter.';
      break;
    case 'notification-script':
      if (!state.host.executable(value)) return 'Notification script seems non existing or non executable.';
      break;
    case 'client-reconfig-script':
      if (!state.host.executable(value))
        return 'Client reconfiguration script seems non existing or non executable.';
      break;
    case 'known-slave':
    case 'known-replica':
      return (
        wrongAddress(value, port, state) ??
        addTo(
          primary,
          'replicas',
          `${value}:${atoi(port)}`,
          'Duplicate hostname and port for replica.',
          state,
        )
      );
    case 'known-sentinel':
      return (
        wrongAddress(value, port, state) ??
        addTo(primary, 'sentinels', id, 'Duplicate runid for sentinel.', state)
      );
    case 'rename-command':
      if (!isFirst(word, primary, lowerAscii(value), state))
        return 'Same command renamed multiple times with rename-command.';
      break;
    default:
  }
  primary.settings.set(word, value);
  return undefined;
}

/** Remembers it; whether this primary said it for the first time. */
function isFirst(kind: string, { name }: Primary, what: string, { seen }: State): boolean {
  const key = `${kind}\0${name}\0${what}`;
  const first = !seen.has(key);
  seen.add(key);
  return first;
}

function addTo(
  primary: Primary,
  list: 'replicas' | 'sentinels',
  key: string,
  duplicate: string,
  state: State,
): string | undefined {
  if (!isFirst(list, primary, key, state)) return duplicate;
  primary[list].push(key);
  return undefined;
}
