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
import { along, type Journey, type Ways } from './along.ts';
import { readAddress, writeAddress } from './address-number.ts';
import { type AddressSet, allOf, emptySet, fromCidr, isEmpty } from './address-set.ts';
import { answersOf, type Through } from './answers.ts';
import { allPorts, doubtOf, type PacketClass } from './packet-class.ts';
import type { Answer, Query, Topology } from './query.ts';
import { behind } from './reverse-path.ts';
import { localAddresses, loopback, wayOut } from './route.ts';
import type { Hook, RuleSet } from './rule.ts';
import { contains, intersect, subtract, union } from './set-algebra.ts';

/** Rules met for one question: some seconds of work. */
const mostRules = 20_000_000;
const mostClasses = 128;
/** The kernel allows nftables 16, and iptables as many as there are chains. */
const mostDepth = 500;

/**
 * Which sources reach an address and port of this host, or one behind it, through all rule sets together (they are all
 * in the kernel at once). Answers have disjoint sources, but where a rule sends packets to one of several targets.
 * No answers: the question names no address of its family, or nobody is asked about.
 *
 * A source is `certain` if a usual client there gets through from every port from 1024 up, or from certain ports
 * (`sourcePorts`), and `no` if nobody does, whatever they choose.
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
    unusual: false,
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
    ...byWayBack(journey, input, (flow, name) =>
      answered(journey, flow, [
        ['output', () => ({ inInterface: '', outInterface: name })],
        ['postrouting', () => ({ inInterface: '', outInterface: name })],
      ]),
    ),
    ...byWayBack(journey, forward, (flow, name) =>
      answered(journey, flow, [
        ['prerouting', ({ packets }) => ({ inInterface: outOf(journey, packets), outInterface: '' })],
        ['forward', ({ packets }) => ({ inInterface: outOf(journey, packets), outInterface: name })],
        ['postrouting', () => ({ inInterface: '', outInterface: name })],
      ]),
    ),
  ];
}

/** Answers go out by where the host routes them; to whom it knows no way, by where the packet came in. */
function byWayBack(
  { topology, query }: Journey,
  flows: readonly Through[],
  back: (flows: readonly Through[], name: string) => readonly Through[],
): readonly Through[] {
  let left = flows;
  const out: Through[] = [];
  for (const { name } of topology.interfaces) {
    const people = name === query.inInterface ? undefined : behind(topology, name, query.family);
    if (!people) continue;
    const sure = subtract(people.by, people.unsure);
    const here = left.flatMap((flow) => part(flow, intersect(flow.sources, sure)));
    if (here.length === 0) continue;
    left = left.flatMap((flow) => part(flow, subtract(flow.sources, sure)));
    out.push(...back(here, name));
  }
  return [...out, ...back(left, query.inInterface)];
}

const part = (flow: Through, sources: AddressSet): readonly Through[] =>
  isEmpty(sources) ? [] : [{ ...flow, sources }];

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
