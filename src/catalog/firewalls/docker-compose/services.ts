/** What each service publishes, and whether that leads anywhere. */
import type { Position } from '../../../lang/packets/index.ts';
import {
  field,
  fieldAt,
  isFields,
  isList,
  isUnresolved,
  listOf,
  position,
  type Problems,
  saying,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import { isBaseSixty, type PublishedPort, readPublished } from './ports.ts';

export interface ComposePublication extends PublishedPort {
  readonly service: string;
  readonly at: Position;
}

export interface ComposeService {
  readonly name: string;
  readonly image: string | undefined;
  /**
   * `bridge`: by its published ports; `host`: by what it binds to, as any program of the host; `internal`: not from
   * outside at all; `own`: with an address of its own in the network around the host; `unknown`.
   */
  readonly reachedBy: 'bridge' | 'host' | 'internal' | 'own' | 'unknown';
  /** All IPv4 and IPv6 addresses of the host stand as two entries: 0.0.0.0 and ::. */
  readonly published: readonly ComposePublication[];
  readonly at: Position;
}

interface Network {
  readonly internal: boolean | undefined;
  readonly driver: string | undefined;
  /** Where ports are published that name no address of the host. */
  readonly hostBinding: string | undefined;
}

const mostPorts = 10_000;

export function servicesOf(
  services: Value | undefined,
  networks: Value | undefined,
  source: Source,
  problems: Problems,
): readonly ComposeService[] {
  if (!isFields(services)) return [];
  return Object.entries(services).flatMap(([name, value]) => {
    if (value === null || name.startsWith('x-')) return [];
    const at = position(source, value, `service ${name}`);
    if (!isFields(value)) {
      problems.add(at, `service ${name} is no object`, true);
      return [{ name, image: undefined, reachedBy: 'unknown' as const, published: [], at }];
    }
    const own = extended(name, services, new Set(), problems, at);
    const attached = attachedTo(own.value, networks);
    const reachedBy = own.complete ? wayTo(own.value, attached, services, 0) : 'unknown';
    const given = field(own.value, 'ports');
    const opaque = isUnresolved(given) || (given !== undefined && !isList(given));
    if (opaque) problems.add(at, `its ports are no list: ${saying(given)}`, true);
    return [
      {
        name,
        image: textOf(field(own.value, 'image')),
        reachedBy: opaque ? ('unknown' as const) : reachedBy,
        published:
          reachedBy === 'bridge' || reachedBy === 'unknown'
            ? listOf(opaque ? [] : given)
                .slice(0, mostPorts)
                .flatMap((port) => publications(name, port, value, attached, source, problems))
            : [],
        at,
      },
    ];
  });
}

/** A service with what it takes over by `extends` from another one of the same file. */
function extended(
  name: string,
  services: Value,
  path: Set<string>,
  problems: Problems,
  at: Position,
): { readonly value: Value; readonly complete: boolean } {
  const value = field(services, name) ?? null;
  const base = field(value, 'extends');
  if (base === undefined) return { value, complete: true };
  const other = textOf(base) ?? textOf(field(base, 'service'));
  if (
    other === undefined ||
    field(base, 'file') !== undefined ||
    path.has(other) ||
    path.size > 20 ||
    field(services, other) === undefined
  ) {
    problems.add(at, `service ${name} extends what is not here: ${saying(base)}`, true);
    return { value, complete: false };
  }
  const more = extended(other, services, path.add(name), problems, at);
  if (!isFields(more.value) || !isFields(value)) return { value, complete: false };
  const merged = Object.assign(Object.create(null) as { [name: string]: Value }, more.value, value);
  const ports = [...listOf(field(more.value, 'ports')), ...listOf(field(value, 'ports'))];
  if (ports.length > 0) merged['ports'] = ports;
  return { value: merged, complete: more.complete };
}

function attachedTo(service: Value, networks: Value | undefined): readonly Network[] {
  const own = field(service, 'networks');
  const names = isFields(own) ? Object.keys(own) : listOf(own).map(saying);
  return (names.length === 0 ? ['default'] : names).map((name) => {
    const network = field(networks, name);
    const internal = field(network, 'internal');
    return {
      internal: isUnresolved(internal) ? undefined : internal === true || internal === 'true',
      driver: textOf(field(network, 'driver')),
      hostBinding: textOf(fieldAt(network, 'driver_opts', 'com.docker.network.bridge.host_binding_ipv4')),
    };
  });
}

function wayTo(
  service: Value,
  networks: readonly Network[],
  services: Value,
  depth: number,
): ComposeService['reachedBy'] {
  const mode = field(service, 'network_mode');
  if (isUnresolved(mode)) return 'unknown';
  const text = textOf(mode);
  if (text === 'host' || textOf(field(service, 'net')) === 'host') return 'host';
  if (text === 'none') return 'internal';
  if (text?.startsWith('service:')) {
    // It lives in the other one's network, and only that one's ports count.
    const other = text.slice(8);
    const value = field(services, other);
    return depth > 10 || value === undefined
      ? 'unknown'
      : wayTo(value, networks, services, depth + 1) === 'host'
        ? 'host'
        : 'internal';
  }
  if (text?.startsWith('container:')) return 'unknown';
  if (networks.some(({ driver }) => driver === 'macvlan' || driver === 'ipvlan')) return 'own';
  if (networks.every(({ internal }) => internal === true)) return 'internal';
  return networks.every(({ internal }) => internal !== false) ? 'unknown' : 'bridge';
}

function publications(
  service: string,
  port: Value,
  value: Value,
  networks: readonly Network[],
  source: Source,
  problems: Problems,
): readonly ComposePublication[] {
  const at = position(
    source,
    typeof port === 'object' && port !== null && source.lines.has(port)
      ? port
      : (field(value, 'ports') ?? value),
    `service ${service}: ports ${saying(port)}`,
  );
  const read = readPublished(port);
  if (!read) {
    problems.add(at, `no port: ${saying(port)}`, true);
    return [{ service, at, hostPorts: 'unknown', containerPorts: 'unknown', protocol: 'tcp' }];
  }
  if (isBaseSixty(port))
    problems.add(at, `without quotes the first versions of compose take ${saying(port)} for a number`);
  if (read.hostAddress !== undefined) return [{ ...read, service, at }];
  const binding = networks.map(({ hostBinding }) => hostBinding).find((address) => address !== undefined);
  return (binding === undefined ? ['0.0.0.0', '::'] : [binding]).map((hostAddress) => ({
    ...read,
    hostAddress,
    service,
    at,
  }));
}
