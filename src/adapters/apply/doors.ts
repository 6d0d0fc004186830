import { join, dirname } from 'node:path/posix';
import { lookup } from 'node:dns/promises';
import { isAddress } from '../../lang/address/index.ts';
import type { PlanNode } from '../../model/index.ts';
import type { TlsFiles } from '../collect/settings.ts';
import { tlsSettings } from '../collect/tls-settings.ts';
import type { Place } from '../place/index.ts';
import type { TlsSettings, Where } from '../server/connection.ts';
import type { WorldSettings } from './settings.ts';

/** A way to a server. */
export interface Door {
  readonly name: string;
  readonly where: Where;
  readonly tls?: TlsSettings;
}

/** What the server itself, or its file, says of where it listens. */
export type Listening = ReadonlyMap<string, string>;

export const listeningSettings = [
  'port',
  'tls-port',
  'unixsocket',
  'bind',
  'tls-ca-cert-file',
  'dir',
] as const;

/**
 * Where to find a server: where the plan found it, and where it listens by its own word, for a plan may close the
 * door through which it came.
 */
export async function doorsOf(
  node: PlanNode,
  listening: readonly Listening[],
  settings: WorldSettings,
  place: Place | undefined,
): Promise<readonly Door[]> {
  const { target } = node;
  const host = target.kind === 'tcp' ? target.host : '127.0.0.1';
  const doors: Door[] = [];
  const add = (door: Door): void => {
    if (!doors.some(({ name }) => name === door.name)) doors.push(door);
  };
  const tcp = async (port: number, tls?: TlsSettings, at = host): Promise<void> =>
    add({
      name: `${tls ? 'rediss' : 'redis'}://${at}:${port}`,
      where: await addressOf(at, port),
      ...(tls ? { tls } : {}),
    });
  if (target.kind === 'tcp')
    await tcp(
      target.port,
      target.tls ? await tlsOf(settings.tls, host, listening, settings, place) : undefined,
    );
  if (target.kind === 'unix') add({ name: target.path, where: { path: target.path } });
  for (const said of listening) {
    const port = portOf(said.get('port'));
    const tlsPort = portOf(said.get('tls-port'));
    const tls = tlsPort && (await tlsOf(settings.tls, host, listening, settings, place));
    const addresses = place?.name === 'here' ? boundTo(said.get('bind'), host) : [];
    for (const at of [host, ...addresses]) {
      if (port !== undefined) await tcp(port, undefined, at);
      if (tlsPort !== undefined && tls) await tcp(tlsPort, tls, at);
    }
    const socket = said.get('unixsocket');
    // A path that the server says of itself leads there only on its own host.
    if (socket?.startsWith('/') && place?.name === 'here') add({ name: socket, where: { path: socket } });
  }
  return doors;
}

/** Addresses of `bind` at which this host finds its own server, other than the one that we know. */
const boundTo = (bind: string | undefined, known: string): readonly string[] =>
  (bind ?? '')
    .split(' ')
    .map((address) => address.replace(/^-/, ''))
    .filter((address) => isAddress(address) && address !== known && !/^[0.:]+$/.test(address))
    .slice(0, 4);

const portOf = (text: string | undefined): number | undefined => {
  const port = Number(text ?? 0);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
};

async function addressOf(host: string, port: number): Promise<Where> {
  if (isAddress(host)) return { host, port };
  try {
    const found = await lookup(host, { all: true, verbatim: false });
    const [first = host, ...others] = [...new Set(found.map(({ address }) => address))].slice(0, 4);
    return { host: first, port, ...(others.length > 0 ? { others } : {}) };
  } catch {
    return { host, port };
  }
}

/** The operator's TLS files; where he gave none, the authority and the client's certificate that lie beside the server's. */
async function tlsOf(
  given: TlsFiles,
  host: string,
  listening: readonly Listening[],
  settings: WorldSettings,
  place: Place | undefined,
): Promise<TlsSettings> {
  const own = await tlsSettings(given, host);
  if (!place || (own.ca && own.cert)) return own;
  const authority = listening.map((said) => absolute(said, 'tls-ca-cert-file')).find(Boolean);
  if (authority === undefined) return own;
  const folder = dirname(authority);
  const ca = own.ca ? undefined : await bytesAt(place, authority);
  const client = own.cert ? undefined : await clientPair(place, folder, settings);
  return { ...own, ...(ca ? { ca: [ca] } : {}), ...client };
}

const absolute = (said: Listening, name: string): string | undefined => {
  const path = said.get(name);
  if (!path) return undefined;
  return path.startsWith('/') ? path : join(said.get('dir') ?? '/', path);
};

async function clientPair(
  place: Place,
  folder: string,
  { login, secrets }: WorldSettings,
): Promise<{ readonly cert: Buffer; readonly key: Buffer } | undefined> {
  const names = [login.user, ...[...secrets.values()].map(({ user }) => user), 'keyward', 'client', 'admin'];
  for (const name of new Set(names)) {
    if (name === undefined || !/^[\w.-]{1,64}$/.test(name)) continue;
    const cert = await bytesAt(place, join(folder, `${name}.crt`));
    const key = cert && (await bytesAt(place, join(folder, `${name}.key`)));
    if (cert && key) return { cert, key };
  }
  return undefined;
}

async function bytesAt(place: Place, path: string): Promise<Buffer | undefined> {
  try {
    return (await place.read(path))?.bytes;
  } catch {
    return undefined;
  }
}
