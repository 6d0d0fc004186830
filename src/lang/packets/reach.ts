/**
 * Who gets through: the first packet of a new TCP connection is sent along the way of the kernel, for all sources at
 * once, and then the server's answer along the way back, since without it nobody is connected. In doubt both ways are
 * gone; so a source that is only ever let through is `certain`, one that is only ever dropped is `no`, and the rest
 * `depends`.
 *
 * prerouting ─ route ─┬─ input                      to this host
 *                     └─ forward ─ postrouting      to one behind it
 * output ─ postrouting ─ prerouting ─ input         from this host to itself
 *
 * An accept ends one base chain, and the next base chain of the hook is next; a drop is final.
 */
import { readAddress, writeAddress } from './address-number.ts';
import { type AddressSet, allOf, emptySet, fromCidr, isEmpty } from './address-set.ts';
import { answersOf, type Outcomes, type Through } from './answers.ts';
import { conntrackPriority, type Station, stationsAt } from './hooks.ts';
import { allPorts, doubtOf, flowOf, keyOf, type PacketClass, type Place } from './packet-class.ts';
import type { Answer, Query, Topology } from './query.ts';
import { addressOf, localAddresses, loopback, wayOut } from './route.ts';
import type { Hook, Position, RuleSet } from './rule.ts';
import { contains, intersect, subtract, union } from './set-algebra.ts';
import { together } from './together.ts';
import { type Budget, type Record } from './walk.ts';
import { walkBase } from './walk-chain.ts';

const syn = 2;
const synAck = 18;
/** Rules met for one question: some seconds of work. */
const mostRules = 20_000_000;
const mostClasses = 128;
/** The kernel allows nftables 16, and iptables as many as there are chains. */
const mostDepth = 500;

interface Journey {
  readonly ruleSets: readonly RuleSet[];
  readonly topology: Topology;
  readonly query: Query;
  readonly local: AddressSet;
  readonly original: Place['original'];
  readonly budget: Budget;
  readonly ended: Outcomes['ended'][number][];
}

/**
 * Which sources reach an address and port of this host, or one behind it, through all rule sets together (they are all
 * in the kernel at once). Answers have disjoint sources, but where a rule sends packets to one of several targets.
 * No answers: the question names no address of its family, or nobody is asked about.
 *
 * A source is `certain` if it gets through from every port from 1024 up, and `no` if from none at all.
 *
 * @example reach([parsed], topology, { family: 'ipv4', destination: '10.0.0.5', port: 6379, inInterface: 'eth0' })
 */
export function reach(ruleSets: readonly RuleSet[], topology: Topology, query: Query): readonly Answer[] {
  const { family, inInterface } = query;
  const asked = readAddress(query.destination);
  if (asked?.family !== family) return [];
  const local = localAddresses(topology, family);
  const sources = intersect(query.sources ?? allOf(family), sourcesBy(topology, query, local));
  if (isEmpty(sources)) return [];
  const journey: Journey = {
    ruleSets,
    topology,
    query,
    local,
    original: { destination: asked.value, port: query.port },
    budget: { rules: mostRules, classes: mostClasses, depth: mostDepth },
    ended: [],
  };
  const packets: PacketClass = {
    destination: asked.value,
    port: query.port,
    strangerPorts: allPorts,
    mark: 0,
    ctMark: 0,
    untracked: false,
    bound: false,
    dnat: false,
    snat: false,
    unplaced: false,
  };
  const start: Through = { packets, doubts: 0, sources, history: undefined };
  const arrived = inInterface === 'lo' ? fromHere(journey, start) : fromOutside(journey, start);
  return answersOf({ arrived, ended: journey.ended }, (destination) => contains(local, destination));
}

/** Who may come in by the interface of the question. */
function sourcesBy(topology: Topology, query: Query, local: AddressSet): AddressSet {
  const { family, inInterface } = query;
  const from = topology.interfaces.find(({ name }) => name === inInterface)?.from;
  if (from)
    return from.reduce<AddressSet>((sum, text) => {
      const set = fromCidr(text);
      return set?.family === family ? union(sum, set) : sum;
    }, emptySet(family));
  return inInterface === 'lo' ? local : allOf(family);
}

function fromOutside(journey: Journey, start: Through): readonly Through[] {
  const { query, local } = journey;
  const incoming = { inInterface: query.inInterface, outInterface: '' };
  let flows = along(journey, 'ingress', [start], () => ({ ...incoming, tracked: false }));
  flows = along(journey, 'prerouting', flows, () => incoming);
  flows = flows.flatMap((flow) => routed(journey, flow));
  const here = (flow: Through): boolean => contains(local, flow.packets.destination);
  const input = along(journey, 'input', flows.filter(here), () => incoming);
  const passing = (flow: Through): Ways => ({ ...incoming, outInterface: outOf(journey, flow.packets) });
  let forward = along(
    journey,
    'forward',
    flows.filter((flow) => !here(flow)),
    passing,
  );
  forward = along(journey, 'postrouting', forward, (flow) => ({ ...passing(flow), inInterface: '' }));
  return [
    ...answered(journey, input, [
      ['output', () => ({ inInterface: '', outInterface: query.inInterface })],
      ['postrouting', () => ({ inInterface: '', outInterface: query.inInterface })],
    ]),
    ...answered(journey, forward, [
      ['prerouting', (flow) => ({ inInterface: outOf(journey, flow.packets), outInterface: '' })],
      ['forward', (flow) => ({ inInterface: outOf(journey, flow.packets), outInterface: query.inInterface })],
      ['postrouting', () => ({ inInterface: '', outInterface: query.inInterface })],
    ]),
  ];
}

function fromHere(journey: Journey, start: Through): readonly Through[] {
  const { local } = journey;
  const here = (flow: Through): boolean => contains(local, flow.packets.destination);
  const leaving = (flow: Through): Ways => ({
    inInterface: '',
    outInterface: here(flow) ? 'lo' : outOf(journey, flow.packets),
  });
  // The output hook keeps the way that was found for the destination as it was asked for; a rewritten packet is routed
  // anew only after it.
  const asked = leaving({
    ...start,
    packets: { ...start.packets, destination: journey.original.destination },
  });
  const sent = along(journey, 'output', [start], () => asked);
  const flows = along(journey, 'postrouting', sent, leaving).flatMap((flow) =>
    here(flow) ? [flow] : withoutLoopback(journey, flow),
  );
  const back = { inInterface: 'lo', outInterface: '' };
  let input = along(journey, 'prerouting', flows.filter(here), () => ({ ...back, again: true }));
  input = along(journey, 'input', input, () => ({ ...back, again: true }));
  const home = { inInterface: '', outInterface: 'lo' };
  return [
    ...answered(journey, input, [
      ['output', () => home],
      ['postrouting', () => home],
      ['prerouting', () => ({ ...back, again: true })],
      ['input', () => ({ ...back, again: true })],
    ]),
    ...answered(
      journey,
      flows.filter((flow) => !here(flow)),
      [
        ['prerouting', (flow) => ({ inInterface: leaving(flow).outInterface, outInterface: '' })],
        ['input', (flow) => ({ inInterface: leaving(flow).outInterface, outInterface: '' })],
      ],
    ),
  ];
}

/** A loopback address means nothing to another host: it answers itself. Behind another source the answer may get home. */
function withoutLoopback(journey: Journey, flow: Through): readonly Through[] {
  const own = intersect(flow.sources, loopback(journey.query.family));
  if (isEmpty(own)) return [flow];
  const at = { text: 'a loopback address gets no answer from another host' };
  const lost = { ...flow, sources: own, at, unknown: false };
  const others = { ...flow, sources: subtract(flow.sources, own) };
  if (!flow.packets.snat) {
    journey.ended.push(lost);
    return isEmpty(others.sources) ? [] : [others];
  }
  const doubts = flow.doubts | doubtOf('route');
  journey.ended.push({ ...lost, doubts });
  return [{ ...flow, sources: own, doubts }, ...(isEmpty(others.sources) ? [] : [others])];
}

const outOf = ({ topology, query }: Journey, packets: PacketClass): string | undefined =>
  wayOut(topology, packets.destination, query.family);

/** Between prerouting and what follows the kernel looks where packets go, and drops what makes no sense. */
function routed(journey: Journey, flow: Through): readonly Through[] {
  const { topology, query, local } = journey;
  const { destination } = flow.packets;
  const text = writeAddress(destination);
  const stop = (reason: string): readonly Through[] => {
    journey.ended.push({ ...flow, at: { text: reason }, unknown: false });
    return [];
  };
  const doubted = (reason: string): readonly Through[] => {
    const doubt = { ...flow, doubts: flow.doubts | doubtOf('route') };
    journey.ended.push({ ...doubt, at: { text: reason }, unknown: false });
    return [doubt];
  };
  if (contains(loopback(query.family), destination)) {
    // Only route_localnet lets IPv4 packets for 127.0.0.0/8 in from outside, and nothing those for ::1.
    const reason = `${text} is not reached from outside`;
    if (query.family === 'ipv6' || topology.routeLocalnet === false) return stop(reason);
    return topology.routeLocalnet ? [flow] : doubted(reason);
  }
  if (contains(local, destination)) return [flow];
  if (topology.forwarding === false) return stop(`${text} is not of this host, which forwards nothing`);
  return wayOut(topology, destination, query.family) === undefined
    ? doubted(`no known route to ${text}`)
    : [flow];
}

interface Ways {
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly tracked?: boolean;
  /** These packets have been through the hooks of this host before: nothing is rewritten twice. */
  readonly again?: boolean;
  readonly reply?: boolean;
}

/** Sends flows through all base chains of a hook. */
function along(
  journey: Journey,
  hook: Hook,
  flows: readonly Through[],
  waysOf: (flow: Through) => Ways,
): readonly Through[] {
  let here = flows;
  if (here.length === 0) return here;
  for (const station of stationsAt(journey.ruleSets, hook, journey.query.family)) {
    const next: Through[] = [];
    for (const flow of here) next.push(...past(journey, hook, station, flow, waysOf(flow)));
    here = gathered(journey, next, station.chain.at);
  }
  return here;
}

function past(journey: Journey, hook: Hook, station: Station, flow: Through, ways: Ways): readonly Through[] {
  const { query, topology } = journey;
  const { packets } = flow;
  const destinationTurn = hook === 'prerouting' || hook === 'output';
  if (hook === 'ingress' && station.device !== undefined && station.device !== query.inInterface)
    return [flow];
  // Rewriting is for the first packet of what conntrack knows, and happens once at each end of the way.
  if (
    station.type === 'nat' &&
    (ways.reply || ways.again || packets.untracked || (destinationTurn ? packets.bound : packets.snat))
  )
    return [flow];
  const own = hook === 'output' ? 'lo' : query.inInterface;
  const early = destinationTurn && station.priority < conntrackPriority;
  const place: Place = {
    family: query.family,
    hook,
    type: station.type,
    inInterface: ways.inInterface,
    outInterface: ways.outInterface,
    state: ways.reply ? 'established' : 'new',
    flags: ways.reply ? synAck : syn,
    reply: ways.reply === true,
    // An answer to what conntrack was not told of is nothing that it can place.
    tracked: ways.tracked !== false && (!early || ways.again === true) && !packets.unplaced,
    hidden: isHidden(hook, station, flow, ways),
    original: journey.original,
    local: journey.local,
    ownAddress: addressOf(topology, own, query.family),
  };
  const passed = new Map<string, { packets: PacketClass; doubts: number; records: Record[] }>();
  walkBase(station.chain, flowOf(packets, flow.doubts, flow.sources), {
    place,
    chains: station.chains,
    budget: journey.budget,
    passed,
    ended: journey.ended,
    inside: new Set(),
  });
  return Array.from(passed.values(), ({ packets, doubts, records }) => {
    const sources = together(query.family, records);
    return {
      packets,
      doubts,
      sources,
      history: ways.reply ? flow.history : { hook, station, records, sources, before: flow.history },
    };
  });
}

function isHidden(hook: Hook, station: Station, flow: Through, ways: Ways): boolean {
  if (!flow.packets.snat) return false;
  if (!ways.reply) return hook === 'postrouting' ? station.priority > 100 : ways.again === true;
  return (hook === 'prerouting' || hook === 'output') && station.priority < -100;
}

/** Sends the server's answer back by the same hooks: nobody is connected whose answer is dropped. */
function answered(
  journey: Journey,
  flows: readonly Through[],
  hooks: readonly (readonly [Hook, (flow: Through) => Ways])[],
): readonly Through[] {
  let here: readonly Through[] = flows.map((flow) => ({
    ...flow,
    packets: { ...flow.packets, mark: 0, untracked: false, unplaced: flow.packets.untracked },
  }));
  for (const [hook, waysOf] of hooks)
    here = along(journey, hook, here, (flow) => ({ ...waysOf(flow), reply: true }));
  return here.flatMap((flow) => {
    const { untracked, dnat, snat } = flow.packets;
    if (!untracked || !(dnat || snat)) return [flow];
    const at = { text: 'the answer is not tracked, so what was rewritten is not written back' };
    journey.ended.push({ ...flow, at, unknown: false });
    return [];
  });
}

/** No source twice in one class; what is beyond the number of classes that we follow is left open. */
function gathered(journey: Journey, flows: readonly Through[], at: Position): readonly Through[] {
  if (flows.length < 2) return flows;
  const seen = new Map<string, AddressSet>();
  const out: Through[] = [];
  for (const flow of flows) {
    const key = keyOf(flow.packets);
    const known = seen.get(key);
    const sources = known ? subtract(flow.sources, known) : flow.sources;
    if (isEmpty(sources)) continue;
    seen.set(key, known ? union(known, sources) : sources);
    if (out.length < journey.budget.classes) out.push(sources === flow.sources ? flow : { ...flow, sources });
    else journey.ended.push({ ...flow, doubts: flow.doubts | doubtOf('other'), sources, at, unknown: true });
  }
  return out;
}
