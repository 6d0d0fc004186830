import {
  valueOr,
  type CollectedFacts,
  type Fact,
  type Identity,
  type Listener,
  type Setting,
} from '../../model/index.ts';
import { branchAtLeast } from '../branch.ts';
import type { DoorWay } from '../origins.ts';

type Settings = Readonly<Record<string, Setting>>;

const text = (settings: Settings, name: string): string | undefined => {
  const value = settings[name]?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
};
const portOf = (settings: Settings, name: string): number | undefined => {
  const port = Number(text(settings, name) ?? 0);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
};

/**
 * Words of `bind`; a leading `-` only says that a missing address is no error. Without any: every address before
 * 7.0, none from then on (there the default is written out, `* -::*`).
 */
const bindAddresses = (settings: Settings, emptyMeansNone: boolean): readonly string[] => {
  const words = (text(settings, 'bind') ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replace(/^-/, ''));
  const all = words.length > 0 || emptyMeansNone ? words : ['0.0.0.0', '::'];
  return all.map((word) => (word === '*' ? '0.0.0.0' : word === '::*' ? '::' : word));
};

function fromSettings(settings: Settings, emptyMeansNone: boolean): readonly DoorWay[] {
  const source = settings.bind?.where
    ? `bind, ${settings.bind.where.file}:${settings.bind.where.line}`
    : 'bind';
  const doors = [
    { port: portOf(settings, 'port'), tls: false },
    { port: portOf(settings, 'tls-port'), tls: true },
  ];
  return doors.flatMap(({ port, tls }) =>
    port === undefined
      ? []
      : bindAddresses(settings, emptyMeansNone).map((address) => ({ address, port, tls, source })),
  );
}

/** Where a server can be knocked at: the kernel's own list where we could read it, else its settings, else where we got in. */
export function doorsOf(
  listeners: Fact<readonly Listener[]>,
  settings: Fact<Settings>,
  endpoint: Fact<CollectedFacts['endpoint']>,
  identity: Identity,
): { readonly doors: readonly DoorWay[]; readonly sockets: readonly Listener[] } {
  const known = valueOr(listeners, [] as readonly Listener[]);
  const sockets = known.filter(({ family }) => family === 'unix');
  const heard = known.flatMap(({ address, port, purpose }): readonly DoorWay[] =>
    port !== undefined && (purpose === 'redis' || purpose === 'tls' || purpose === 'sentinel')
      ? [{ address, port, tls: purpose === 'tls', source: 'its listening socket' }]
      : [],
  );
  // The kernel's list is whole: what is not on it does not listen, whatever the settings say.
  if (heard.length > 0 || sockets.length > 0) return { doors: heard, sockets };
  if (settings.known) {
    const path = text(settings.value, 'unixsocket');
    const unix: readonly Listener[] = path
      ? [{ address: path, family: 'unix', purpose: 'unix', ...octal(settings.value) }]
      : [];
    const doors = fromSettings(settings.value, branchAtLeast(identity, '7.0'));
    if (doors.length > 0 || unix.length > 0) return { doors, sockets: sockets.length > 0 ? sockets : unix };
  }
  if (!endpoint.known || endpoint.value.port === undefined) return { doors: [], sockets };
  const { address, port, tls } = endpoint.value;
  return { doors: [{ address, port, tls: tls !== undefined, source: 'where we connected' }], sockets };
}

const octal = (settings: Settings): { readonly mode?: string } => {
  const mode = text(settings, 'unixsocketperm');
  return mode && mode !== '0' ? { mode: `0${mode.replace(/^0+/, '')}` } : {};
};
