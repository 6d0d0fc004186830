import { readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path/posix';
import { kindOf } from '../../lang/address/index.ts';
import { unknown, valueOr, type ConfFacts, type Fact, type Listener } from '../../model/index.ts';
import { readFileFact } from '../files/read-file.ts';
import { readConfFacts, type ConfRequest, type ReadConf } from '../files/conf.ts';
import { readCommandLine } from '../host/command-line.ts';
import { resolveInside, type FoundProcess } from '../host/index.ts';

/**
 * Redis writes its title over its command line, so a server that wants a login does not tell where its configuration
 * is. Packages and images keep it in few places: every file there is read, and one is taken only when it asks for
 * exactly what the process has (ports, addresses, socket, folder, mode) and no other file does.
 */
const folders = [
  '/etc/redis',
  '/etc/valkey',
  '/etc/keydb',
  '/etc',
  '/usr/local/etc/redis',
  '/usr/local/etc/valkey',
  '/usr/local/etc',
  '/opt/bitnami/redis/etc',
  '/opt/bitnami/valkey/etc',
  '/opt/redis',
  '/opt/valkey',
  '/usr/local/redis',
];
const mostFiles = 512;
// A written-back redis.conf with all of its comments has about 110 KB.
const mostBytes = 1 << 20;

const isConf = (name: string): boolean => /^(redis|valkey|keydb|sentinel|\d+)[\w.@-]*\.conf$/i.test(name);

function confsIn(root: string, folder: string, all: boolean): readonly string[] {
  try {
    return readdirSync(resolveInside(root, folder).path)
      .slice(0, 4096)
      .filter((name) => (all ? /\.conf$/i.test(name) : isConf(name)))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Files by what they really are: two links to one file are one. */
function candidates(root: string, cwd: string | undefined): readonly string[] {
  const named = [
    ...(cwd === undefined ? [] : confsIn(root, cwd, true)),
    ...folders.flatMap((folder) => confsIn(root, folder, /redis|valkey|keydb/.test(folder))),
  ];
  const real = named.flatMap((path) => {
    try {
      const { inside, stats } = resolveInside(root, path);
      return stats?.isFile() && stats.size <= mostBytes ? [inside] : [];
    } catch {
      return [];
    }
  });
  return [...new Set(real)].slice(0, mostFiles);
}

const text = ({ settings }: ConfFacts, name: string): string | undefined => {
  const value = settings[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const portOf = (conf: ConfFacts, name: string, fallback: number): number => {
  const port = Number(text(conf, name) ?? fallback);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
};

function samePorts(conf: ConfFacts, listeners: readonly Listener[]): boolean {
  const port = portOf(conf, 'port', conf.sentinel ? 26_379 : 6379);
  const tlsPort = portOf(conf, 'tls-port', 0);
  const doors = [port, tlsPort].filter((one) => one > 0);
  const clustered = text(conf, 'cluster-enabled') === 'yes';
  const bus = portOf(conf, 'cluster-port', 0) || (port || tlsPort) + 10_000;
  const wanted = new Set(clustered ? [...doors, bus] : doors);
  const heard = new Set(listeners.flatMap((one) => one.port ?? []));
  return wanted.size === heard.size && [...wanted].every((one) => heard.has(one));
}

function sameAddresses(conf: ConfFacts, listeners: readonly Listener[]): boolean {
  const heard = listeners.filter(({ port }) => port !== undefined).map(({ address }) => address);
  if (heard.length === 0) return true;
  const anywhere = heard.some((address) => kindOf(address) === 'unspecified');
  const words = (text(conf, 'bind') ?? '*').split(/\s+/).filter(Boolean);
  const wildcard = words.some((word) => /^-?(\*|::\*)$/.test(word) || kindOf(word) === 'unspecified');
  if (wildcard || anywhere) return wildcard === anywhere;
  const bound = words.map((word) => word.replace(/^-/, ''));
  // A leading `-` allows that there is no such address here; a name is not looked up.
  const needed = words.filter((word) => !word.startsWith('-') && kindOf(word) !== undefined);
  return needed.every((word) => heard.includes(word)) && heard.every((address) => bound.includes(address));
}

function sameSocket(conf: ConfFacts, listeners: readonly Listener[], cwd: string | undefined): boolean {
  const path = text(conf, 'unixsocket');
  const heard = listeners.filter(({ family }) => family === 'unix').map(({ address }) => address);
  if (path === undefined) return heard.length === 0;
  const absolute = isAbsolute(path) ? path : join(cwd ?? '/', path);
  // A relative path is taken before `dir` moves the server: its last part must do.
  return heard.some((address) => address === absolute || (!isAbsolute(path) && address.endsWith(`/${path}`)));
}

function sameFolder(conf: ConfFacts, root: string, cwd: string | undefined): boolean {
  const dir = text(conf, 'dir');
  if (dir === undefined || cwd === undefined || !isAbsolute(dir)) return true;
  try {
    return resolveInside(root, dir).inside === resolveInside(root, cwd).inside;
  } catch {
    return false;
  }
}

/** Whether this process could have been started with this file and nothing else. */
function fits(conf: ConfFacts, found: FoundProcess, listeners: readonly Listener[], root: string): boolean {
  const { cwd } = found.process;
  return (
    conf.lines.length > 0 &&
    !conf.problems.some(({ fatal }) => fatal) &&
    conf.sentinel === (found.mode === 'sentinel') &&
    (text(conf, 'cluster-enabled') === 'yes') === (found.mode === 'cluster') &&
    samePorts(conf, listeners) &&
    sameAddresses(conf, listeners) &&
    sameSocket(conf, listeners, cwd) &&
    sameFolder(conf, root, cwd)
  );
}

/** Where the arguments are still to be seen they say whether there is a file; a title in their place does not. */
const hidesArguments = ({ process: { argv } }: FoundProcess): boolean =>
  argv.length <= 1 || readCommandLine(argv).title !== undefined;

/**
 * Whether a file could name these ports at all, from a look at its bytes: on a host with a hundred servers every one
 * of them would else read, and measure the passwords of, a hundred files.
 */
function mayFit(root: string, path: string, listeners: readonly Listener[]): boolean {
  const file = readFileFact(path, root, mostBytes);
  if (!file.known) return false;
  if (file.value.includes('include')) return true;
  const ports = new Set(listeners.flatMap(({ port }) => port ?? []));
  const named = [...ports].filter((port) => file.value.includes(String(port)));
  // A port may stand in no line: that of the default, and that of the bus, 10000 above another.
  return [...ports].every((port) => named.includes(port) || isDefault(port) || ports.has(port - 10_000));
}

const isDefault = (port: number): boolean => port === 6379 || port === 26_379;

/** The one configuration of this host that asks for what the process has; `undefined` where none or several do. */
export async function matchingConf(
  found: FoundProcess,
  request: Omit<ConfRequest, 'path'>,
): Promise<{ readonly path: string; readonly conf: ReadConf } | undefined> {
  const listeners = valueOr(found.listeners, [] as readonly Listener[]);
  if (!hidesArguments(found) || listeners.length === 0) return undefined;
  const matches: { readonly path: string; readonly conf: ReadConf }[] = [];
  for (const path of candidates(request.root, found.process.cwd)) {
    if (!mayFit(request.root, path, listeners)) continue;
    const conf = await readConfFacts({ ...request, path });
    if (conf.facts.known && fits(conf.facts.value, found, listeners, request.root))
      matches.push({ path, conf: { ...conf, facts: bySight(conf.facts) } });
  }
  return matches.length === 1 ? matches[0] : undefined;
}

const bySight = (facts: Fact<ConfFacts>): Fact<ConfFacts> =>
  facts.known
    ? { ...facts, source: `${facts.source}, the one file here that asks for this server's ports and folder` }
    : unknown(facts.why, facts.detail);
