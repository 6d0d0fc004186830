import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path/posix';
import { type Fact, known } from '../../model/fact.ts';
import type { Listener } from '../../model/host.ts';
import { linkOf, readBytes, readText } from './bounded-read.ts';
import { collect, errorCode } from './collect.ts';
import { resolveInside } from './inside-root.ts';
import { effectiveId, statusLines } from './proc-status.ts';
import { procOf, rootOf, seenInside } from './process-root.ts';
import { type TcpSocket, isPastListening, listeningTcp, listeningUnix } from './socket-tables.ts';

/** What is known of a server's ports: its settings, or the port of its title. */
export interface ListenerHints {
  readonly port?: number;
  readonly tlsPort?: number;
  /** Of the cluster bus: `cluster-port`, by default the port plus 10000. */
  readonly busPort?: number;
  readonly sentinel?: boolean;
}

/** A server with so many connections has its listening sockets among the first. */
const mostHandles = 65_536;
/** The listening sockets come first in the table; a table may have a million connections after them. */
const mostOfTable = 1_048_576;

/**
 * Every socket that a process listens on: /proc/PID/fd against the socket tables of its own network namespace, so
 * this holds for containers too.
 *
 * Without the right to see the handles of another user's process, sockets with the hinted ports that belong to the
 * same user are taken, and `source` says so. A `::` of Redis, Valkey and KeyDB is IPv6 only (they set IPV6_V6ONLY);
 * other servers may take IPv4 there too, which /proc does not tell.
 * @example await listenersOf(812, { port: 6379 }); // [{ address: '::', family: 'ipv6', port: 6379, purpose: 'redis' }, …]
 */
export function listenersOf(
  pid: number,
  hints: ListenerHints = {},
  root = '/',
  cache?: TableCache,
): Promise<Fact<readonly Listener[]>> {
  const proc = procOf(pid, root);
  return collect(`listening sockets of process ${pid}`, () => {
    const ports = tablesOf(proc, cache);
    const handles = socketsOf(proc);
    if (handles === undefined) {
      const uid = effectiveId(statusLines(readText(join(proc, 'status'))).get('Uid'));
      const wanted = new Set([hints.port, hints.tlsPort, hints.busPort]);
      const likely = ports.filter((socket) => wanted.has(socket.port) && socket.uid === uid);
      if (likely.length === 0) throw Object.assign(new Error('fd'), { code: 'EACCES' });
      return known(
        likely.map((socket) => describeTcp(socket, hints)),
        `${proc}/net/{tcp,tcp6} by port and user; fd: permission denied`,
      );
    }
    const tcp = ports.filter(({ inode }) => handles.has(inode)).map((socket) => describeTcp(socket, hints));
    const unix = listeningUnix(readText(join(proc, 'net/unix'), 8_388_608))
      .filter(({ inode }) => handles.has(inode))
      .map(({ path }) => describeUnix(path, pid, root));
    return known([...tcp, ...unix], `${proc}/{fd,net/tcp,net/tcp6,net/unix}`);
  });
}

/** Whether every socket of the process was seen, not only those of expected ports. */
export const isWhole = (listeners: Fact<readonly Listener[]>): boolean =>
  listeners.known && listeners.source.includes('{fd,');

/**
 * The same sockets, with what their ports are for by better hints. To list them again would cost more than all else:
 * the kernel walks its whole table of connections for it, on a large machine for milliseconds.
 */
export const relabelled = (listeners: readonly Listener[], hints: ListenerHints): readonly Listener[] =>
  listeners.map((listener) =>
    listener.port === undefined ? listener : { ...listener, purpose: purposeOf(listener.port, hints) },
  );

type ListeningTcp = TcpSocket & { readonly family: 'ipv4' | 'ipv6' };

/** Socket tables by network namespace: for a look at many servers, which mostly share one. */
export type TableCache = Map<string, readonly ListeningTcp[]>;

function tablesOf(proc: string, cache: TableCache | undefined): readonly ListeningTcp[] {
  const namespace = cache === undefined ? undefined : linkOf(join(proc, 'ns/net'));
  const kept = namespace === undefined ? undefined : cache?.get(namespace);
  if (kept !== undefined) return kept;
  const tables = [...tableOf(proc, 'ipv4'), ...tableOf(proc, 'ipv6')];
  if (namespace !== undefined) cache?.set(namespace, tables);
  return tables;
}

function tableOf(proc: string, family: 'ipv4' | 'ipv6'): readonly ListeningTcp[] {
  try {
    const table = readBytes(
      join(proc, 'net', family === 'ipv4' ? 'tcp' : 'tcp6'),
      mostOfTable,
      isPastListening,
    );
    return listeningTcp(table.toString('latin1')).map((socket) => ({ ...socket, family }));
  } catch (error) {
    // Where IPv6 is off there is no such table.
    if (family === 'ipv6') return [];
    throw error;
  }
}

/** Inodes of the sockets that a process has open; undefined when that may not be seen. */
function socketsOf(proc: string): ReadonlySet<string> | undefined {
  const folder = join(proc, 'fd');
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM') return undefined;
    throw error;
  }
  const inodes = new Set<string>();
  for (const name of names.slice(0, mostHandles)) {
    const target = linkOf(join(folder, name));
    if (target?.startsWith('socket:[')) inodes.add(target.slice(8, -1));
  }
  return inodes;
}

function describeTcp(socket: ListeningTcp, hints: ListenerHints): Listener {
  const { address, family, port } = socket;
  return { address, family, port, purpose: purposeOf(port, hints) };
}

function purposeOf(port: number, hints: ListenerHints): Listener['purpose'] {
  if (port === hints.port) return hints.sentinel ? 'sentinel' : 'redis';
  if (port === hints.tlsPort) return hints.sentinel ? 'sentinel' : 'tls';
  if (port === hints.busPort) return 'bus';
  const bases = [hints.port, hints.tlsPort].filter((base) => base !== undefined && base > 0);
  // cluster.c: the bus is at the port plus 10000, when `cluster-port` is not set.
  return hints.busPort === undefined && bases.some((base) => base !== undefined && port === base + 10_000)
    ? 'bus'
    : 'other';
}

function describeUnix(path: string, pid: number, root: string): Listener {
  if (path.startsWith('@')) return { address: path, family: 'unix', purpose: 'unix' };
  const cwd = seenInside(pid, linkOf(join(procOf(pid, root), 'cwd')) ?? '/', root);
  const absolute = resolve(cwd, path);
  try {
    const { stats } = resolveInside(rootOf(pid, root).path, absolute);
    if (stats?.isSocket())
      return { address: absolute, family: 'unix', purpose: 'unix', mode: octal(stats.mode) };
  } catch {
    // The folder may not be entered: then its mode is what keeps others out.
  }
  return { address: absolute, family: 'unix', purpose: 'unix' };
}

/** Permission bits with setuid, setgid and sticky, as `0640`. */
export const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
