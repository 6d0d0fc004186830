import {
  emptySet,
  fromCidr,
  fromRange,
  readAddress,
  sizeOf,
  union,
  writeAddress,
  type AddressSet,
} from '../packets/index.ts';
import { printable } from '../text/index.ts';

/** One address or name with a port of its own. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface TargetProblem {
  /** File, `-` for standard input, or what the caller calls the arguments. */
  readonly file: string;
  /** From 1; the column in characters. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly hint: string;
}

/** Whom to look for: addresses in sets, merged and without doubles; names, which somebody has to look up. */
export interface TargetList {
  readonly ipv4: AddressSet;
  readonly ipv6: AddressSet;
  readonly names: readonly string[];
  /** Those with a port of their own: tried at that port beside those of all. */
  readonly endpoints: readonly Endpoint[];
  readonly problems: readonly TargetProblem[];
}

/** IPv6 is scanned by list: a /64 holds more addresses than anybody can visit. */
const mostOfIpv6 = 65_536n;
const longestWord = 300;
const mostProblems = 100;

const forms =
  'Write an address, a network (10.0.0.0/24), a range (10.0.0.1-10.0.0.9 or 10.0.0.1-9), a host name, or one of these with a port (host:7000, [2001:db8::1]:7000).';

interface Read {
  readonly set?: AddressSet;
  readonly name?: string;
  readonly endpoint?: Endpoint;
  readonly reason?: string;
  readonly hint?: string;
}

const isName = (word: string): boolean =>
  word.length <= 253 &&
  /[a-z_]/i.test(word) &&
  word.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));

function portIn(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}

/** `10.0.0.1-10.0.0.9`, `10.0.0.1-9`, `2001:db8::1-2001:db8::9`. */
function rangeIn(word: string): Read | undefined {
  const dash = word.indexOf('-');
  if (dash < 1) return undefined;
  const from = word.slice(0, dash);
  const to = word.slice(dash + 1);
  const family = readAddress(from)?.family;
  if (family === undefined) return undefined;
  const last = /^\d{1,3}$/.test(to) && family === 'ipv4' ? from.replace(/\d+$/, to) : to;
  const set = fromRange(from, last);
  if (set) return { set };
  const why =
    readAddress(last)?.family === family ? 'it ends before it begins' : 'its end is no such address';
  return { reason: `is no range: ${why}` };
}

/** `[::1]:7000`, `10.0.0.1:7000`, `name:7000`. */
function endpointIn(word: string): Read | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(word);
  if (!found) return undefined;
  const [, six, other = '', digits = ''] = found;
  const host = six ?? other;
  const port = portIn(digits);
  if (port === undefined) return { reason: 'has no port from 1 to 65535' };
  const address = host.includes('/') ? undefined : addressIn(host);
  if (address === undefined && (six !== undefined || !isName(host))) return undefined;
  // In one spelling, so that what is excluded is found again.
  return { endpoint: { host: address ?? host.toLowerCase(), port } };
}

/** An address as it is written everywhere; IPv4 in the clothes of IPv6 (::ffff:10.0.0.5) as IPv4. */
function addressIn(text: string): string | undefined {
  const found = readAddress(text);
  if (found === undefined) return undefined;
  const { value } = found;
  return writeAddress(
    typeof value === 'bigint' && value >> 32n === 0xffffn ? Number(value & 0xffff_ffffn) : value,
  );
}

function read(word: string): Read {
  if (word.length > longestWord) return { reason: 'is too long for a target' };
  const set = fromCidr(addressIn(word) ?? word);
  const found = set ? { set } : (rangeIn(word) ?? endpointIn(word));
  if (found?.set?.family === 'ipv6' && sizeOf(found.set) > mostOfIpv6)
    return {
      reason: 'is too large: networks of IPv6 are not swept, but listed',
      hint: 'Name the addresses, or a network of at most 65,536 (a /112).',
    };
  if (found) return found;
  return isName(word) ? { name: word.toLowerCase() } : { reason: 'is no target' };
}

/**
 * Targets as people and programs write them: words, parted by blanks, commas or lines; what follows a `#` is for
 * people. What is wrong comes with its place, and everything else counts all the same. Never throws.
 *
 * @example readTargets('10.0.0.0/30 db.example.org # test', { file: 'hosts.txt' }).names // ['db.example.org']
 */
export function readTargets(text: string, { file }: { readonly file: string }): TargetList {
  const sets: Record<AddressSet['family'], AddressSet[]> = { ipv4: [], ipv6: [] };
  const names = new Set<string>();
  const endpoints = new Map<string, Endpoint>();
  const problems: TargetProblem[] = [];
  let wrong = 0;
  let line = 0;
  for (const whole of lines(text)) {
    line++;
    const [said = ''] = whole.split('#', 1);
    for (const { 0: word, index } of said.matchAll(/[^\s,]+/g)) {
      const found = read(word);
      if (found.set) sets[found.set.family].push(found.set);
      else if (found.name !== undefined) names.add(found.name);
      else if (found.endpoint) endpoints.set(`${found.endpoint.host} ${found.endpoint.port}`, found.endpoint);
      else {
        wrong++;
        const { reason = 'is no target', hint = forms } = found;
        if (problems.length < mostProblems)
          problems.push({ file, line, column: index + 1, reason: `${printable(word, 60)} ${reason}`, hint });
      }
    }
  }
  if (wrong > problems.length)
    problems.push({
      file,
      line,
      column: 1,
      reason: `${wrong - problems.length} more are no targets`,
      hint: 'Is this a list of targets?',
    });
  return {
    ipv4: merged('ipv4', sets.ipv4),
    ipv6: merged('ipv6', sets.ipv6),
    names: [...names],
    endpoints: [...endpoints.values()],
    problems,
  };
}

function* lines(text: string): Generator<string> {
  let from = 0;
  while (from <= text.length) {
    const to = text.indexOf('\n', from);
    yield text.slice(from, to < 0 ? undefined : to);
    if (to < 0) return;
    from = to + 1;
  }
}

/** By halves: one after the other, each would be merged with all before it. */
function merged(family: AddressSet['family'], sets: readonly AddressSet[]): AddressSet {
  const [first] = sets;
  if (first === undefined) return emptySet(family);
  if (sets.length === 1) return first;
  const half = sets.length >> 1;
  return union(merged(family, sets.slice(0, half)), merged(family, sets.slice(half)));
}
