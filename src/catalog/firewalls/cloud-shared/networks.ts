import {
  type AddressSet,
  emptySet,
  fromCidr,
  fromTexts,
  subtract,
  union,
} from '../../../lang/packets/index.ts';

/** Addresses of both families. */
export interface Addresses {
  readonly ipv4: AddressSet;
  readonly ipv6: AddressSet;
}

export const noAddresses: Addresses = { ipv4: emptySet('ipv4'), ipv6: emptySet('ipv6') };

/** Of CIDR texts; what is no address is left out, see `bad`. */
export function addressesOf(texts: readonly string[]): Addresses & { readonly bad: readonly string[] } {
  const six = texts.filter((text) => text.includes(':'));
  const four = texts.filter((text) => !text.includes(':'));
  const ipv4 = fromTexts('ipv4', four);
  const ipv6 = fromTexts('ipv6', six);
  return {
    ipv4: ipv4.addresses,
    ipv6: ipv6.addresses,
    bad: [...ipv4.bad.map((index) => four[index] ?? ''), ...ipv6.bad.map((index) => six[index] ?? '')],
  };
}

/** One CIDR, as addresses of both families. */
export function oneNetwork(text: string): Addresses | undefined {
  const set = fromCidr(text);
  return set && { ...noAddresses, [set.family]: set };
}

export const together = (a: Addresses, b: Addresses): Addresses => ({
  ipv4: union(a.ipv4, b.ipv4),
  ipv6: union(a.ipv6, b.ipv6),
});

export const without = (a: Addresses, b: Addresses): Addresses => ({
  ipv4: subtract(a.ipv4, b.ipv4),
  ipv6: subtract(a.ipv6, b.ipv6),
});

export const everybody: Addresses = addressesOf(['0.0.0.0/0', '::/0']);

/** RFC 1918, RFC 6598 and RFC 4193: where virtual networks lie unless somebody chose otherwise. */
export const privateAddresses: Addresses = addressesOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
]);

/** What nobody on the Internet has: private, loopback, link-local, multicast, reserved (RFC 6890). */
export const notOnTheInternet: Addresses = together(
  privateAddresses,
  addressesOf([
    '0.0.0.0/8',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '224.0.0.0/3',
    '::/128',
    '::1/128',
    'fe80::/10',
    'ff00::/8',
  ]),
);
