import { kindOf } from '../../lang/address/index.ts';
import type { ContainerFacts, Fact, Listener, Location, Setting } from '../../model/index.ts';
import { textOf } from './values.ts';

type Settings = Readonly<Record<string, Setting>>;

/** A place where clients are listened for. */
export interface Door {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** The line that names it, where settings say so and no socket was looked at. */
  readonly where?: Location;
}

/** Words of `bind` as addresses; a leading `-` only says that a missing address is no error. None: every address. */
export function boundAddresses(settings: Settings): readonly string[] {
  const words = (textOf(settings, 'bind') ?? '').split(/\s+/).filter((word) => word !== '');
  const bare = words.map((word) => word.replace(/^-/, ''));
  return (bare.length > 0 ? bare : ['*', '::']).map((word) =>
    word === '*' ? '0.0.0.0' : word === '::*' ? '::' : word,
  );
}

/** A port that is set; `undefined` for 0, which closes it, and where there is no such setting. */
export function portOf(settings: Settings, name: string): number | undefined {
  const port = Number(textOf(settings, name) ?? 0);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

const forClients: ReadonlySet<Listener['purpose']> = new Set(['redis', 'tls', 'sentinel']);

/** Where clients can knock: the kernel's list of sockets, else `bind` and the ports; `undefined` where neither is known. */
export function doorsOf(
  listeners: Fact<readonly Listener[]>,
  settings: Fact<Settings>,
): readonly Door[] | undefined {
  if (listeners.known) {
    const heard = listeners.value.flatMap(({ address, port, purpose }): readonly Door[] =>
      port !== undefined && forClients.has(purpose) ? [{ address, port, tls: purpose === 'tls' }] : [],
    );
    if (heard.length > 0 || !settings.known) return heard;
  }
  if (!settings.known) return undefined;
  const { value } = settings;
  const where = value.bind?.where;
  return [
    { port: portOf(value, 'port'), tls: false },
    { port: portOf(value, 'tls-port'), tls: true },
  ].flatMap(({ port, tls }) =>
    port === undefined
      ? []
      : boundAddresses(value).map((address) => ({ address, port, tls, ...(where ? { where } : {}) })),
  );
}

/** `0.0.0.0` and `::`. */
export const isEveryAddress = (address: string): boolean => kindOf(address) === 'unspecified';

/** Loopback: nobody but this host. A name may be anything, so it is not. */
export const isLoopback = (address: string): boolean =>
  kindOf(address) === 'loopback' || address === 'localhost';

/** The same host or pod by another word: loopback, and what cannot leave the link. */
export const staysHere = (address: string): boolean =>
  isLoopback(address) || kindOf(address) === 'link-local';

export const isContained = (container: Fact<ContainerFacts | 'none'>): boolean =>
  container.known && container.value !== 'none';
