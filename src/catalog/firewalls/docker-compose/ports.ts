/** Published ports, in their short and long syntax. */
import type { PortRange } from '../../../lang/packets/index.ts';
import {
  field,
  integerOf,
  isFields,
  isUnresolved,
  readPorts,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';

export interface PublishedPort {
  /** Absent: all addresses of the host, or where the network says otherwise. */
  readonly hostAddress?: string;
  /** Of the host; `ephemeral`: Docker chooses one; `unknown`: a variable without value. */
  readonly hostPorts: PortRange | 'ephemeral' | 'unknown';
  readonly containerPorts: PortRange | 'unknown';
  readonly protocol: string;
}

/**
 * One entry of `ports`. Nothing: it makes no sense.
 *
 * @example readPublished('127.0.0.1:6379:6379') // hostAddress 127.0.0.1, hostPorts [6379, 6379]
 */
export function readPublished(entry: Value): PublishedPort | undefined {
  if (isUnresolved(entry)) return readUnknown(entry.text);
  if (isFields(entry)) return readLong(entry);
  const text = typeof entry === 'number' ? String(entry) : textOf(entry)?.trim();
  return text === undefined ? undefined : readShort(text);
}

function readShort(text: string): PublishedPort | undefined {
  const slash = text.lastIndexOf('/');
  const protocol = slash < 0 ? 'tcp' : text.slice(slash + 1).toLowerCase();
  const plain = slash < 0 ? text : text.slice(0, slash);
  const parts = /^(?:(?:\[([^\]]*)\]|([^[\]]*)):)?([\d-]*):([\d-]+)$/.exec(plain);
  if (!parts) {
    const alone = readPorts(plain);
    return alone && alone[0] > 0 ? { hostPorts: 'ephemeral', containerPorts: alone, protocol } : undefined;
  }
  const address = parts[1] ?? parts[2];
  const inside = readPorts(parts[4] ?? '');
  const outside = parts[3] === '' ? 'ephemeral' : readPorts(parts[3] ?? '');
  if (!inside || !outside || (parts[3] === '' && address === undefined)) return undefined;
  return {
    ...(address ? { hostAddress: address } : {}),
    hostPorts: outside,
    containerPorts: inside,
    protocol,
  };
}

/** With a variable in it: what is certain of it is still taken. */
function readUnknown(text: string): PublishedPort {
  const inside = /:(\d{1,5})(?:\/(\w+))?$/.exec(text);
  const ports = inside ? readPorts(inside[1] ?? '') : undefined;
  const address = /^(\d{1,3}(?:\.\d{1,3}){3}):/.exec(text)?.[1];
  return {
    ...(address === undefined ? {} : { hostAddress: address }),
    hostPorts: 'unknown',
    containerPorts: ports ?? 'unknown',
    protocol: inside?.[2]?.toLowerCase() ?? 'tcp',
  };
}

function readLong(entry: Value): PublishedPort | undefined {
  const target = field(entry, 'target');
  const published = field(entry, 'published');
  const address = field(entry, 'host_ip');
  const protocol = textOf(field(entry, 'protocol'))?.toLowerCase() ?? 'tcp';
  const inside = integerOf(target);
  if ((inside === undefined && !isUnresolved(target)) || isUnresolved(address))
    return isUnresolved(address) ? { hostPorts: 'unknown', containerPorts: 'unknown', protocol } : undefined;
  const outside =
    published === undefined || published === ''
      ? 'ephemeral'
      : isUnresolved(published)
        ? 'unknown'
        : readPorts(published);
  if (!outside) return undefined;
  const ip = textOf(address);
  return {
    ...(ip ? { hostAddress: ip.replace(/^\[|\]$/g, '') } : {}),
    hostPorts: outside,
    containerPorts: inside === undefined ? 'unknown' : [inside, inside],
    protocol,
  };
}

/** YAML 1.1, which the first compose used, takes `22:22` without quotes for a number with base 60. */
export const isBaseSixty = (entry: Value): boolean => {
  const parts = typeof entry === 'string' ? /^(\d{1,5}):(\d{1,2})$/.exec(entry) : null;
  return parts !== null && Number(parts[2]) < 60;
};
