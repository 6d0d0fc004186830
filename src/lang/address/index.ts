import { Address4, Address6 } from 'ip-address';

export { isContainerBridge } from './container-bridge.ts';

/** What an address is good for, from the point of view of whoever wants to reach it. */
export type AddressKind = 'unspecified' | 'loopback' | 'private' | 'link-local' | 'public';

type Parsed = { readonly family: 4; readonly of: Address4 } | { readonly family: 6; readonly of: Address6 };

/** `0000:0000:0000:0000:0000:ffff:255.255.255.255` */
const longest = 45;

/**
 * Strict: dotted quads without leading zeros, or IPv6 without a prefix. `010.0.0.1` and `10.1` are no addresses,
 * since programs disagree on what they mean. A zone (`fe80::1%eth0`) is dropped.
 */
function read(text: string): Parsed | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  // No address is written longer: what is, comes from a stranger and is not worth reading.
  if (bare.length > longest) return undefined;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(bare) && Address4.isValid(bare))
    return { family: 4, of: new Address4(bare) };
  if (bare.includes(':') && !bare.includes('/') && Address6.isValid(bare)) {
    const six = new Address6(bare);
    // An IPv4 address in IPv6 clothes is judged as what it carries.
    return six.is4() && six.address4
      ? { family: 4, of: new Address4(six.to4().address) }
      : { family: 6, of: six };
  }
  return undefined;
}

/** Whether the text is an IPv4 or IPv6 address, with or without a zone. */
export const isAddress = (text: string): boolean => read(text) !== undefined;

const kinds = new Map<string, AddressKind | undefined>();
const mostKinds = 4096;

/**
 * What an address is good for, by the special-purpose registries of IANA (RFC 6890): `private` is all that is not
 * reachable from the Internet and none of the others. `undefined` for what is no address (a host name, a glob).
 *
 * @example kindOf('10.1.2.3') // 'private'
 */
export function kindOf(text: string): AddressKind | undefined {
  // The same few addresses are asked for again and again, and reading one makes numbers of 128 bits.
  if (kinds.has(text)) return kinds.get(text);
  if (kinds.size >= mostKinds) kinds.clear();
  const kind = readKind(text);
  if (text.length <= 64) kinds.set(text, kind);
  return kind;
}

function readKind(text: string): AddressKind | undefined {
  const parsed = read(text);
  if (!parsed) return undefined;
  const { of } = parsed;
  if (/^(0\.0\.0\.0|::|0:0:0:0:0:0:0:0)$/.test(of.correctForm())) return 'unspecified';
  if (of.isLoopback()) return 'loopback';
  if (of.isLinkLocal()) return 'link-local';
  return of.isGlobal() ? 'public' : 'private';
}

/** The network that `address` with `prefix` bits lies in, as CIDR: `networkOf('10.1.2.3', 16)` is `10.1.0.0/16`. */
export function networkOf(address: string, prefix: number): string | undefined {
  const parsed = read(address);
  if (!parsed || !Number.isInteger(prefix) || prefix < 0 || prefix > (parsed.family === 4 ? 32 : 128))
    return undefined;
  const network =
    parsed.family === 4
      ? new Address4(`${parsed.of.correctForm()}/${prefix}`).startAddress()
      : new Address6(`${parsed.of.correctForm()}/${prefix}`).startAddress();
  return `${network.correctForm()}/${prefix}`;
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export const joinHostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
