/** One hook of the kernel: flows go through all of its base chains, in the order in which the kernel calls them. */
import type { AddressSet } from './address-set.ts';
import { isEmpty } from './address-set.ts';
import type { Outcomes, Through } from './answers.ts';
import { conntrackPriority, type Station, stationsAt } from './hooks.ts';
import { doubtOf, flowOf, keyOf, type PacketClass, type Place } from './packet-class.ts';
import type { Query, Topology } from './query.ts';
import { addressOf } from './route.ts';
import type { Hook, Position, RuleSet } from './rule.ts';
import { contains, subtract, union } from './set-algebra.ts';
import { together } from './together.ts';
import type { Budget, Record } from './walk.ts';
import { walkBase } from './walk-chain.ts';

const syn = 2;
const synAck = 18;

/** What is the same all along the way of one question. */
export interface Journey {
  readonly ruleSets: readonly RuleSet[];
  readonly topology: Topology;
  readonly query: Query;
  readonly local: AddressSet;
  readonly original: Place['original'];
  readonly budget: Budget;
  readonly ended: Outcomes['ended'][number][];
}

export interface Ways {
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly tracked?: boolean;
  /** These packets have been through the hooks of this host before: nothing is rewritten twice. */
  readonly again?: boolean;
  readonly reply?: boolean;
}

/** Sends flows through all base chains of a hook. */
export function along(
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
    socket: socketOf(journey, hook, packets, ways),
    topology,
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

function socketOf({ query, local }: Journey, hook: Hook, packets: PacketClass, ways: Ways): Place['socket'] {
  if (hook !== 'output' && hook !== 'postrouting') return 'none';
  if (ways.reply) return contains(local, packets.destination) ? 'server' : 'none';
  return query.inInterface === 'lo' ? 'client' : 'none';
}

function isHidden(hook: Hook, station: Station, flow: Through, ways: Ways): boolean {
  if (!flow.packets.snat) return false;
  if (!ways.reply) return hook === 'postrouting' ? station.priority > 100 : ways.again === true;
  return (hook === 'prerouting' || hook === 'output') && station.priority < -100;
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
