/**
 * `reach` works on sets of packets; here is a kernel that takes one packet after the other, written from the same
 * description and sharing no code. Random rule sets are asked about the addresses and ports where anything changes.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressSet,
  type Answer,
  contains,
  type Deed,
  type Dependence,
  type Family,
  fromRanges,
  type Hook,
  type Match,
  reach,
  type RuleSet,
  writeAddress,
} from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 8000 : 400;

type Ranges = readonly (readonly [number, number])[];
type Condition =
  | {
      readonly is: 'src' | 'dst' | 'sport' | 'dport' | 'odst' | 'odport';
      readonly in: Ranges;
      readonly not: boolean;
    }
  | { readonly is: 'iif' | 'oif'; readonly name: string; readonly not: boolean }
  | { readonly is: 'state'; readonly states: readonly State[]; readonly not: boolean }
  | { readonly is: 'mark' | 'ctmark'; readonly value: number; readonly mask: number; readonly not: boolean }
  | { readonly is: 'dnat' | 'syn' | 'tcp' | 'never' | 'locally'; readonly not: boolean }
  | { readonly is: 'any'; readonly of: readonly (readonly Condition[])[]; readonly not: boolean }
  | { readonly is: 'unknown'; readonly on: Dependence };
type State = 'new' | 'established' | 'related' | 'invalid' | 'untracked';
type Act =
  | { readonly do: 'accept' | 'drop' | 'reject' | 'return' | 'go-on' | 'notrack' | 'snat' | 'unknown' }
  | { readonly do: 'jump' | 'goto'; readonly to: number }
  | { readonly do: 'mark' | 'ctmark'; readonly value: number; readonly mask: number }
  | { readonly do: 'save' | 'restore'; readonly mask: number }
  | { readonly do: 'dnat'; readonly to: number | undefined; readonly port: number | undefined }
  | { readonly do: 'redirect'; readonly port: number | undefined };
interface Line {
  readonly when: readonly Condition[];
  readonly acts: readonly Act[];
  readonly name: string;
}
interface Link {
  readonly hook: Hook | undefined;
  readonly nat: boolean;
  readonly priority: number;
  readonly drops: boolean;
  readonly lines: readonly Line[];
}

const host = 100;
const bridge = 201;
const container = 202;
const loop = 0x7f00_0001;
const points = [0, 9, 10, 11, 19, 20, 21, host, bridge, container, 2 ** 31, loop, 2 ** 32 - 1];
const ports = [1, 53, 1023, 6379, 40_000, 65_535];
/** Where a range of ports may begin, and the first one after it. */
const tried = [1, 2, 53, 54, 1023, 1024, 6379, 6380, 40_000, 40_001, 65_535];

const number = (family: Family, point: number): number | bigint => {
  if (family === 'ipv4') return point;
  return point === loop ? 1n : (BigInt(point) << 96n) + 5n;
};
const set = (family: Family, ranges: Ranges): AddressSet =>
  fromRanges(
    family,
    ranges.flatMap<number | bigint>(([from, to]) => {
      if (family === 'ipv4') return [from, to];
      // But for ::1, which is an address of its own here.
      const wide = [(BigInt(from) << 96n) + 2n, ((BigInt(to) + 1n) << 96n) - 1n];
      return from <= loop && loop <= to ? [...wide, 1n, 1n] : wide;
    }),
  );
const within = (ranges: Ranges, value: number): boolean =>
  ranges.some(([from, to]) => from <= value && value <= to);

/** Nobody is outside: then it does not matter that an address is not known. */
const isWhole = (ranges: Ranges): boolean =>
  ranges
    .toSorted(([a], [b]) => a - b)
    .reduce((next, [from, to]) => (from <= next ? Math.max(next, to + 1) : next), 0) ===
  2 ** 32;

// The same rules in the product's language.

function match(family: Family, condition: Condition): Match {
  const not = 'not' in condition && condition.not;
  switch (condition.is) {
    case 'src':
      return { match: 'source', addresses: set(family, condition.in), not };
    case 'dst':
      return { match: 'destination', addresses: set(family, condition.in), not };
    case 'odst':
      return { match: 'original-destination', addresses: set(family, condition.in), not };
    case 'sport':
      return { match: 'source-port', ports: condition.in, not };
    case 'dport':
      return { match: 'destination-port', ports: condition.in, not };
    case 'odport':
      return { match: 'original-destination-port', ports: condition.in, not };
    case 'iif':
      return { match: 'in-interface', names: [condition.name], not };
    case 'oif':
      return { match: 'out-interface', names: [condition.name], not };
    case 'state':
      return { match: 'ct-state', states: condition.states, not };
    case 'mark':
      return { match: 'mark', value: condition.value, mask: condition.mask, not };
    case 'ctmark':
      return { match: 'ct-mark', value: condition.value, mask: condition.mask, not };
    case 'dnat':
      return { match: 'ct-status', status: 'dnat', not };
    case 'syn':
      return { match: 'tcp-flags', mask: 0x17, value: 2, not };
    case 'tcp':
      return { match: 'protocol', protocols: [6], not };
    case 'locally':
      return { match: 'destination-type', types: ['local'], not };
    case 'never':
      return { match: 'never', why: 'a fragment', not };
    case 'any':
      return { match: 'any', of: condition.of.map((list) => list.map((one) => match(family, one))), not };
    case 'unknown':
      return { match: 'opaque', on: condition.on, text: '-m unheard-of' };
  }
}

function deed(family: Family, act: Act): Deed {
  switch (act.do) {
    case 'jump':
    case 'goto':
      return { deed: act.do, chain: `c${act.to}` };
    case 'mark':
      return { deed: 'set-mark', value: act.value, mask: act.mask };
    case 'ctmark':
      return { deed: 'set-ct-mark', value: act.value, mask: act.mask };
    case 'save':
      return { deed: 'copy-mark', from: 'packet', mask: act.mask };
    case 'restore':
      return { deed: 'copy-mark', from: 'connection', mask: act.mask };
    case 'dnat': {
      const to = act.to === undefined ? undefined : number(family, act.to);
      return {
        deed: 'dnat',
        ...(to === undefined ? {} : { to: fromRanges(family, [to, to]) }),
        ...(act.port === undefined ? {} : { port: [act.port, act.port] as const }),
      };
    }
    case 'redirect':
      return { deed: 'redirect', ...(act.port === undefined ? {} : { port: [act.port, act.port] as const }) };
    case 'unknown':
      return { deed: 'opaque', on: 'other', text: '-j UNHEARD' };
    default:
      return { deed: act.do };
  }
}

const ruleSetOf = (family: Family, links: readonly Link[]): RuleSet => ({
  backend: 'made up',
  problems: [],
  tables: [
    {
      name: 'all',
      families: [family],
      chains: links.map(({ hook, nat, priority, drops, lines }, index) => ({
        name: `c${index}`,
        ...(hook
          ? { base: { hook, type: nat ? 'nat' : 'filter', priority, policy: drops ? 'drop' : 'accept' } }
          : {}),
        at: { text: `policy ${index}` },
        rules: lines.map(({ when, acts, name }) => ({
          when: when.map((one) => match(family, one)),
          does: acts.map((act) => deed(family, act)),
          at: { text: name },
        })),
      })),
    },
  ],
});

// The kernel.

interface Packet {
  src: number;
  dst: number;
  sport: number;
  dport: number;
  mark: number | undefined;
  ct: 'none' | 'known' | 'untracked';
  ctmark: number | undefined;
  dnat: boolean;
  snat: boolean;
  bound: boolean;
  /** Its connection is not known, since what began it was not tracked. */
  strange: boolean;
}
interface Spot {
  readonly hook: Hook;
  readonly priority: number;
  readonly iif: string;
  readonly oif: string;
  readonly reply: boolean;
  readonly again: boolean;
}
interface Asked {
  readonly dst: number;
  readonly dport: number;
  readonly iif: string;
  readonly family: Family;
  readonly routeLocalnet: boolean | undefined;
}
interface Fate {
  readonly open: boolean;
  readonly where: string;
  readonly by: readonly string[];
}
/** Decides what nobody knows. */
type Coin = () => boolean;

const isOwn = (point: number): boolean => [host, bridge].includes(point) || point >>> 24 === 127;
const wayTo = (point: number): string => (point >= 200 && point <= 207 ? 'docker0' : 'eth0');

/** What is not known stays so, unless all of it is written over. */
function mixed(
  old: number | undefined,
  put: number | undefined,
  mask: number,
  whole: boolean,
): number | undefined {
  if (put === undefined) return undefined;
  if (mask === 0xffff_ffff) return put;
  if (old === undefined) return undefined;
  return whole ? ((old & ~mask) ^ put) >>> 0 : ((old & ~mask) | (put & mask)) >>> 0;
}

interface Called {
  readonly link: Link;
  readonly index: number;
  readonly when: number;
}
const orders = new WeakMap<readonly Link[], Map<Hook, readonly Called[]>>();
function orderOf(links: readonly Link[], hook: Hook): readonly Called[] {
  const known = orders.get(links) ?? new Map<Hook, readonly Called[]>();
  orders.set(links, known);
  const order =
    known.get(hook) ??
    links
      .map((link, index) => ({
        link,
        index,
        when: link.nat ? (hook === 'prerouting' || hook === 'output' ? -100 : 100) : link.priority,
      }))
      .filter(({ link }) => link.hook === hook)
      .toSorted(
        (a, b) =>
          a.when - b.when ||
          Number(a.link.nat) - Number(b.link.nat) ||
          a.link.priority - b.link.priority ||
          a.index - b.index,
      );
  known.set(hook, order);
  return order;
}

class Kernel {
  readonly #links: readonly Link[];
  readonly #asked: Asked;
  readonly #coin: Coin;
  #by: string[] = [];
  #stop: string | undefined;
  constructor(links: readonly Link[], asked: Asked, coin: Coin) {
    this.#links = links;
    this.#asked = asked;
    this.#coin = coin;
  }

  connect(src: number, sport: number): Fate {
    const { dst, dport, iif, family } = this.#asked;
    const packet: Packet = {
      src,
      dst,
      sport,
      dport,
      mark: 0,
      ct: 'none',
      ctmark: 0,
      dnat: false,
      snat: false,
      bound: false,
      strange: false,
    };
    const go = (hook: Hook, from: string, to: string, reply = false, again = false): boolean =>
      this.#hook(packet, { hook, iif: from, oif: to, reply, again, priority: 0 });
    const refused = (): Fate => ({ open: false, where: '', by: [this.#stop ?? ''] });
    const local = iif === 'lo';
    let end = '';
    if (local) {
      const out = (): string => (isOwn(packet.dst) ? 'lo' : wayTo(packet.dst));
      // The output hook is called for the way as it was asked for, whatever its chains rewrite.
      if (!go('output', '', out())) return refused();
      if (!go('postrouting', '', out())) return refused();
      // Nobody else answers a loopback address; what a router wrote in its place may come back, or not.
      if (!isOwn(packet.dst) && packet.src >>> 24 === 127 && !(packet.snat && this.#coin())) return refused();
      if (isOwn(packet.dst)) {
        if (!go('prerouting', 'lo', '', false, true) || !go('input', 'lo', '', false, true)) return refused();
        end = 'lo';
      } else end = 'away';
    } else {
      if (!go('prerouting', iif, '')) return refused();
      if (packet.dst >>> 24 === 127) {
        if (family === 'ipv6' || this.#asked.routeLocalnet === false) return refused();
        if (this.#asked.routeLocalnet === undefined && !this.#coin()) return refused();
      }
      if (isOwn(packet.dst)) {
        if (!go('input', iif, '')) return refused();
        end = 'here';
      } else {
        if (!go('forward', iif, wayTo(packet.dst)) || !go('postrouting', '', wayTo(packet.dst)))
          return refused();
        end = 'behind';
      }
    }
    const isSeen = (): boolean => packet.ct !== 'untracked';
    const where = `${packet.dst}:${packet.dport}`;
    const by = [...this.#by];
    packet.mark = 0;
    packet.strange = packet.ct === 'untracked';
    packet.ct = 'none';
    const back = (hook: Hook, from: string, to: string, again = false): boolean =>
      go(hook, from, to, true, again);
    const far = wayTo(packet.dst);
    const home = isOwn(src) ? iif : wayTo(src);
    const answered = {
      lo: () =>
        back('output', '', 'lo') &&
        back('postrouting', '', 'lo') &&
        back('prerouting', 'lo', '', true) &&
        back('input', 'lo', '', true),
      away: () => back('prerouting', far, '') && back('input', far, ''),
      here: () => back('output', '', home) && back('postrouting', '', home),
      behind: () =>
        back('prerouting', far, '') && back('forward', far, home) && back('postrouting', '', home),
    }[end];
    if (!answered?.()) return refused();
    // What conntrack does not see, it does not write back.
    if (!isSeen() && (packet.dnat || packet.snat)) return refused();
    return { open: true, where, by };
  }

  #hook(packet: Packet, spot: Spot): boolean {
    const first = spot.hook === 'prerouting' || spot.hook === 'output';
    for (const { link, index, when } of orderOf(this.#links, spot.hook)) {
      if (first && when >= -200 && packet.ct === 'none' && !packet.strange) packet.ct = 'known';
      if (link.nat) {
        if (spot.reply || spot.again || packet.ct !== 'known') continue;
        if (first ? packet.bound : packet.snat) continue;
      }
      const verdict = this.#chain(index, packet, { ...spot, priority: when });
      if (verdict === 'drop') return false;
      if (verdict === 'end') {
        if (link.drops) {
          this.#stop = `policy ${index}`;
          return false;
        }
        if (!spot.reply) this.#by.push(`policy ${index}`);
      }
    }
    if (first && packet.ct === 'none' && !packet.strange) packet.ct = 'known';
    return true;
  }

  #chain(index: number, packet: Packet, spot: Spot): 'accept' | 'drop' | 'end' {
    for (const line of this.#links[index]?.lines ?? []) {
      if (!line.when.every((one) => this.#holds(one, packet, spot))) continue;
      let done: 'accept' | 'drop' | 'end' | undefined;
      for (const act of line.acts) {
        done = this.#act(act, packet, spot, index, line.name);
        if (done) break;
      }
      if (done) return done;
    }
    return 'end';
  }

  #act(
    act: Act,
    packet: Packet,
    spot: Spot,
    index: number,
    name: string,
  ): 'accept' | 'drop' | 'end' | undefined {
    const accept = (): 'accept' => {
      if (!spot.reply) this.#by.push(name);
      return 'accept';
    };
    switch (act.do) {
      case 'accept':
        return accept();
      case 'drop':
      case 'reject':
        this.#stop = name;
        return 'drop';
      case 'return':
        return 'end';
      case 'go-on':
        return undefined;
      case 'jump':
      case 'goto': {
        const verdict = this.#chain(act.to, packet, spot);
        if (verdict !== 'end') return verdict;
        return act.do === 'goto' ? 'end' : undefined;
      }
      case 'mark':
        packet.mark = mixed(packet.mark, act.value, act.mask, true);
        return undefined;
      case 'ctmark':
        if (packet.ct === 'known') packet.ctmark = mixed(packet.ctmark, act.value, act.mask, true);
        return undefined;
      case 'save':
      case 'restore': {
        if (packet.ct !== 'known') return undefined;
        const { mark, ctmark } = packet;
        const [from, to] = act.do === 'save' ? [mark, ctmark] : [ctmark, mark];
        const value = mixed(to, from, act.mask, false);
        if (act.do === 'save') packet.ctmark = value;
        else packet.mark = value;
        return undefined;
      }
      case 'notrack':
        if (packet.ct === 'none') packet.ct = 'untracked';
        return undefined;
      case 'snat':
        packet.snat = true;
        return accept();
      case 'dnat':
      case 'redirect': {
        const own = spot.hook === 'output' || spot.iif === 'lo' ? loop : host;
        const [dst, dport] = [packet.dst, packet.dport];
        packet.dst = act.do === 'redirect' ? own : (act.to ?? packet.dst);
        packet.dport = act.port ?? packet.dport;
        packet.dnat ||= dst !== packet.dst || dport !== packet.dport;
        packet.bound = true;
        return accept();
      }
      case 'unknown':
        packet.mark = undefined;
        packet.ctmark = undefined;
        this.#stop = name;
        return this.#links[index] && this.#coin() ? accept() : 'drop';
    }
  }

  #holds(one: Condition, packet: Packet, spot: Spot): boolean {
    const [src, dst] = spot.reply ? [packet.dst, packet.src] : [packet.src, packet.dst];
    const [sport, dport] = spot.reply ? [packet.dport, packet.sport] : [packet.sport, packet.dport];
    const known = packet.ct === 'known';
    const turn = (yes: boolean): boolean => ('not' in one && one.not ? !yes : yes);
    const hidden =
      packet.snat &&
      (spot.reply
        ? (spot.hook === 'prerouting' || spot.hook === 'output') && spot.priority < -100
        : (spot.hook === 'postrouting' && spot.priority > 100) || spot.again);
    const byMark = (mark: number | undefined, value: number, mask: number): boolean =>
      mark === undefined ? this.#coin() : turn((mark & mask) >>> 0 === value);
    switch (one.is) {
      case 'src':
        return hidden && !spot.reply && !isWhole(one.in) ? this.#coin() : turn(within(one.in, src));
      case 'dst':
        return hidden && spot.reply && !isWhole(one.in) ? this.#coin() : turn(within(one.in, dst));
      case 'sport':
        return turn(within(one.in, sport));
      case 'dport':
        return turn(within(one.in, dport));
      case 'odst':
        return known && turn(within(one.in, this.#asked.dst));
      case 'odport':
        return known && turn(within(one.in, this.#asked.dport));
      case 'iif':
        return turn(one.name === spot.iif);
      case 'oif':
        return turn(one.name === spot.oif);
      case 'state': {
        const tracked: State = spot.reply ? 'established' : 'new';
        const state: State = packet.ct === 'untracked' ? 'untracked' : known ? tracked : 'invalid';
        return turn(one.states.includes(state));
      }
      case 'mark':
        return byMark(packet.mark, one.value, one.mask);
      case 'ctmark':
        return known && byMark(packet.ctmark, one.value, one.mask);
      case 'dnat':
        return known && turn(packet.dnat);
      case 'syn':
        return turn(!spot.reply);
      case 'tcp':
        return turn(true);
      case 'locally':
        return hidden && spot.reply ? this.#coin() : turn(isOwn(dst));
      case 'never':
        return turn(false);
      case 'any':
        return turn(one.of.some((list) => list.every((inner) => this.#holds(inner, packet, spot))));
      case 'unknown':
        return this.#coin();
    }
  }
}

const closedEnd = 'closed';

/** All fates that a source may meet, over its ports and all that is not known. */
function fatesOf(links: readonly Link[], asked: Asked, src: number): Fates | undefined {
  const open = new Map<string, Set<string>>();
  const closed = new Set<string>();
  const byPort = new Map<number, ReadonlySet<string>>();
  // Where no rule asks for a port of the stranger, one stands for all.
  for (const sport of /"[sd]port"/.test(JSON.stringify(links)) ? tried : [40_000]) {
    const script: boolean[] = [];
    const ends = new Set<string>();
    byPort.set(sport, ends);
    for (let tries = 0; ; tries++) {
      if (tries > 600) return undefined;
      let tossed = 0;
      const coin = (): boolean => (script[tossed++] ??= true);
      const fate = new Kernel(links, asked, coin).connect(src, sport);
      ends.add(fate.open ? fate.where : closedEnd);
      if (fate.open) {
        const by = open.get(fate.where) ?? new Set();
        for (const name of fate.by) by.add(name);
        open.set(fate.where, by);
      } else for (const name of fate.by) closed.add(name);
      script.length = tossed;
      while (script.at(-1) === false) script.pop();
      if (script.length === 0) break;
      script[script.length - 1] = false;
    }
  }
  return { open, closed, byPort };
}
interface Fates {
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
  readonly closed: ReadonlySet<string>;
  /** Where packets may end, by the port that they come from. */
  readonly byPort: ReadonlyMap<number, ReadonlySet<string>>;
}

// Rule sets.

const ranges = (from: readonly number[]): fc.Arbitrary<Ranges> =>
  fc.array(
    fc
      .tuple(fc.constantFrom(...from), fc.constantFrom(...from))
      .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a])),
    { minLength: 1, maxLength: 2 },
  );
const not = fc.boolean();
const marks = { value: fc.constantFrom(0, 1, 2), mask: fc.constantFrom(1, 3, 0xffff_ffff), not };
const plain: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('src' as const), in: ranges(points), not }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('dst' as const), in: ranges(points), not }) },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constantFrom('sport' as const, 'dport' as const), in: ranges(ports), not }),
  },
  fc.record({ is: fc.constant('odst' as const), in: ranges(points), not }),
  fc.record({ is: fc.constant('odport' as const), in: ranges(ports), not }),
  fc.record({
    is: fc.constantFrom('iif' as const, 'oif' as const),
    name: fc.constantFrom('eth0', 'docker0', 'lo', ''),
    not,
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('state' as const),
      states: fc.subarray(['new', 'established', 'related', 'invalid', 'untracked'] as State[], {
        minLength: 1,
      }),
      not,
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constantFrom('mark' as const, 'ctmark' as const), ...marks }) },
  fc.record({
    is: fc.constantFrom(
      'dnat' as const,
      'syn' as const,
      'tcp' as const,
      'never' as const,
      'locally' as const,
    ),
    not,
  }),
);
const unknown: fc.Arbitrary<Condition> = fc.record({
  is: fc.constant('unknown' as const),
  on: fc.constantFrom<Dependence>('rate', 'time'),
});
const nested = (inner: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.record({
    is: fc.constant('any' as const),
    of: fc.array(fc.array(inner, { maxLength: 2 }), { maxLength: 3 }),
    not,
  });

interface Taste {
  readonly doubt: boolean;
}
const lineOf = (taste: Taste, own: number, count: number, nat: boolean): fc.Arbitrary<Omit<Line, 'name'>> => {
  const noPorts = plain.filter(({ is }) => is !== 'sport' && is !== 'dport');
  const condition = taste.doubt
    ? fc.oneof({ weight: 8, arbitrary: plain }, { weight: 2, arbitrary: unknown }, nested(plain))
    : fc.oneof({ weight: 8, arbitrary: plain }, nested(noPorts));
  const deeper = Array.from({ length: count - own - 1 }, (_, index) => own + 1 + index);
  const mask = fc.constantFrom(1, 3, 0xffff_ffff);
  const value = fc.constantFrom(0, 1, 2);
  const quiet = fc.oneof<fc.Arbitrary<Act>[]>(
    fc.record({ do: fc.constantFrom('mark' as const, 'ctmark' as const), value, mask }),
    fc.record({ do: fc.constantFrom('save' as const, 'restore' as const), mask }),
    fc.record({ do: fc.constantFrom('go-on' as const, 'notrack' as const) }),
  );
  const last = fc.oneof<fc.WeightedArbitrary<Act>[]>(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'drop' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('reject' as const, 'return' as const) }) },
    { weight: 3, arbitrary: quiet },
    ...(deeper.length > 0
      ? [
          {
            weight: 4,
            arbitrary: fc.record({
              do: fc.constantFrom('jump' as const, 'goto' as const),
              to: fc.constantFrom(...deeper),
            }),
          },
        ]
      : []),
    ...(taste.doubt && !nat
      ? [{ weight: 1, arbitrary: fc.record({ do: fc.constant('unknown' as const) }) }]
      : []),
    ...(nat
      ? [
          {
            weight: 8,
            arbitrary: fc.oneof<fc.Arbitrary<Act>[]>(
              fc.record({
                do: fc.constant('dnat' as const),
                to: fc.constantFrom(undefined, host, container, bridge, loop, 9),
                port: fc.constantFrom(undefined, 6379, 6380),
              }),
              fc.record({
                do: fc.constant('redirect' as const),
                port: fc.constantFrom(undefined, 6379, 6380),
              }),
            ),
          },
        ]
      : []),
  );
  return fc.record({
    when: fc.array(condition, { maxLength: 3 }),
    acts: fc.tuple(fc.array(quiet, { maxLength: 1 }), last).map(([some, one]) => [...some, one]),
  });
};

const plans: readonly (readonly [Hook | undefined, boolean, number])[] = [
  ['prerouting', false, -300],
  ['prerouting', true, -100],
  ['prerouting', false, -50],
  ['input', false, 0],
  ['input', false, 10],
  ['forward', false, 0],
  ['output', false, -300],
  ['output', true, -100],
  ['output', false, 0],
  ['postrouting', false, 0],
  ['postrouting', true, 100],
  ['postrouting', false, 150],
];

const linksOf = (taste: Taste): fc.Arbitrary<readonly Link[]> =>
  fc
    .tuple(
      fc.subarray([...plans], { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
    )
    .chain(([bases, plainChains, doubled]) => {
      const withInput = bases.some(([hook]) => hook === 'input') ? bases : [...bases, plans[3] ?? bases[0]];
      const all = [
        ...(withInput as typeof bases),
        ...(doubled ? [plans[3] as (typeof bases)[number]] : []),
        ...Array.from({ length: plainChains }, () => [undefined, false, 0] as const),
      ];
      const natted = (index: number): boolean => all[index]?.[1] === true;
      return fc.tuple(
        ...all.map(([hook, nat, priority], index) =>
          fc.record({
            hook: fc.constant(hook),
            nat: fc.constant(nat),
            priority: fc.constant(priority),
            drops: nat ? fc.constant(false) : fc.boolean(),
            lines: fc
              .array(
                nat && hook === 'postrouting'
                  ? fc.oneof(lineOf(taste, all.length, all.length, false), snats(taste))
                  : lineOf(taste, hook === undefined ? index : firstPlain(all), all.length, natted(index)),
                { maxLength: 5 },
              )
              .map((lines) => lines.map((line, at) => ({ ...line, name: `rule ${index}.${at}` }))),
          }),
        ),
      );
    });
const snats = (taste: Taste): fc.Arbitrary<Omit<Line, 'name'>> =>
  fc.record({
    when: fc.array(taste.doubt ? fc.oneof(plain, unknown) : plain, { maxLength: 2 }),
    acts: fc.constant([{ do: 'snat' as const }]),
  });
const firstPlain = (all: readonly (readonly [Hook | undefined, boolean, number])[]): number =>
  all.findIndex(([hook]) => hook === undefined) < 0
    ? all.length - 1
    : all.findIndex(([hook]) => hook === undefined) - 1;

const question = fc.record<Asked>({
  dst: fc.constantFrom(host, host, bridge, container, loop),
  dport: fc.constantFrom(6379, 6380),
  iif: fc.constantFrom('eth0', 'eth0', 'docker0', 'lo'),
  family: fc.constantFrom<Family>('ipv4', 'ipv6'),
  routeLocalnet: fc.constantFrom(undefined, true, false),
});

const ask = (links: readonly Link[], asked: Asked): readonly Answer[] => {
  const { family } = asked;
  const text = (point: number): string => writeAddress(number(family, point));
  return reach(
    [ruleSetOf(family, links)],
    {
      interfaces: [
        { name: 'lo', addresses: [text(loop)] },
        {
          name: 'eth0',
          addresses: [text(host)],
          networks: [family === 'ipv4' ? '0.0.0.0/0' : '::/0'],
        },
        { name: 'docker0', addresses: [text(bridge)], networks: [`${text(200)}/29`] },
      ],
      ...(asked.routeLocalnet === undefined ? {} : { routeLocalnet: asked.routeLocalnet }),
    },
    { family, destination: text(asked.dst), port: asked.dport, inInterface: asked.iif },
  );
};

const sourcesFor = ({ iif }: Asked): readonly number[] =>
  iif === 'lo' ? [host, bridge, loop] : points.filter((point) => !(point === loop));

const redirectsFromBridge = (links: readonly Link[], asked: Asked): boolean =>
  asked.iif === 'docker0' &&
  links.some(({ lines }) => lines.some(({ acts }) => acts.some((act) => act.do === 'redirect')));

describe('what is said of a set of packets is true of each of them', { timeout: 1_200_000 }, () => {
  const check = (
    taste: Taste,
    compare: (said: readonly Answer[], fates: Fates, where: (key: string) => string) => void,
  ): void => {
    fc.assert(
      fc.property(linksOf(taste), question, (links, asked) => {
        fc.pre(!redirectsFromBridge(links, asked));
        const answers = ask(links, asked);
        for (const src of sourcesFor(asked)) {
          const fates = fatesOf(links, asked, src);
          if (!fates) continue;
          const mine = answers.filter(({ sources }) => contains(sources, number(asked.family, src)));
          expect(mine.length, `no answer for ${src}`).toBeGreaterThan(0);
          compare(mine, fates, (key) => {
            const [dst = '', port = ''] = key.split(':');
            return `${writeAddress(number(asked.family, Number(dst)))} ${port}`;
          });
        }
      }),
      { numRuns: runs },
    );
  };
  const arrivalOf = ({ arrival }: Answer): string =>
    arrival ? `${arrival.destination} ${arrival.port}` : '';

  /** Ports from which this is where every packet ends; where it counts on usual ones only, of these. */
  const portsOf = ({ byPort }: Fates, answer: Answer, where: (key: string) => string): readonly number[] =>
    [...byPort].flatMap(([port, ends]) =>
      (answer.sourcePorts || port >= 1024) &&
      [...ends].every((end) => end !== closedEnd && where(end) === arrivalOf(answer))
        ? [port]
        : [],
    );
  const wantedPorts = ({ byPort }: Fates, { sourcePorts = [[1024, 65_535]] }: Answer): readonly number[] =>
    [...byPort.keys()].filter((port) => sourcePorts.some(([from, to]) => from <= port && port <= to));

  it('exactly, where everything is understood', () => {
    const tally = { certain: 0, no: 0, depends: 0, picked: 0 };
    check({ doubt: false }, (said, fates, where) => {
      const open = [...fates.open.keys()].map(where).toSorted();
      const unsure = said.some(({ on }) => on.some((one) => one === 'mark' || one === 'route'));
      const first = said[0] as Answer;
      tally[first.reach]++;
      if (said.some(({ sourcePorts }) => sourcePorts)) tally.picked++;
      if (first.reach === 'no') {
        expect(open).toEqual([]);
        expect([...fates.closed, '']).toContain(
          /^(policy|rule)/.test(first.because.text) ? first.because.text : '',
        );
        return;
      }
      expect(said.map(arrivalOf).toSorted()).toEqual(open);
      for (const one of said)
        for (const [key, by] of fates.open)
          if (where(key) === arrivalOf(one)) expect([...by, 'no rule']).toContain(one.because.text);
      for (const one of said) {
        if (one.reach === 'certain') expect(portsOf(fates, one, where)).toEqual(wantedPorts(fates, one));
        else if (!unsure)
          expect(Math.max(...[...fates.byPort.values()].map(({ size }) => size))).toBeGreaterThan(1);
      }
    });
    // Random rules could all say the same, and then this would prove little.
    expect(Math.min(tally.certain, tally.no)).toBeGreaterThan(runs);
    expect(tally.picked).toBeGreaterThan(0);
  });

  it('never too much, where something is not', () => {
    check({ doubt: true }, (said, fates, where) => {
      const open = [...fates.open.keys()].map(where);
      const claims = new Set(said.map(({ reach }) => reach));
      if (claims.has('no')) expect([said.length, open]).toEqual([1, []]);
      for (const one of said)
        if (one.reach === 'certain')
          expect(portsOf(fates, one, where)).toEqual(expect.arrayContaining([...wantedPorts(fates, one)]));
      for (const key of open) expect(said.map(arrivalOf)).toContain(key);
      for (const one of said) if (one.reach === 'depends') expect(one.on.length).toBeGreaterThan(0);
    });
  });
});
