import { type AddressNumber, writeAddress } from './address-number.ts';
import { type AddressSet, emptySet, isEmpty } from './address-set.ts';
import type { Station } from './hooks.ts';
import { allPorts, doubtOf, type PacketClass } from './packet-class.ts';
import { commonPorts, hasPort, normal } from './port-ranges.ts';
import type { Answer, Arrival } from './query.ts';
import { RangeList } from './range-list.ts';
import type { Hook, PortRange, Position } from './rule.ts';
import { intersect, subtract, union } from './set-algebra.ts';
import { arrivalKey, type Group, Tally } from './tally.ts';
import { together } from './together.ts';
import type { Ended, Record } from './walk.ts';

/** Packets that got through so far, and the base chains that let them. */
export interface Through {
  readonly packets: PacketClass;
  readonly doubts: number;
  readonly sources: AddressSet;
  readonly history: History | undefined;
}

export interface History {
  readonly hook: Hook;
  readonly station: Station;
  readonly records: readonly Record[];
  /** Of all records. */
  readonly sources: AddressSet;
  readonly before: History | undefined;
}

export interface Outcomes {
  readonly arrived: readonly Through[];
  readonly ended: readonly Ended[];
}

/** Some sources with the rule that decides over them. */
interface Piece {
  readonly packets: PacketClass;
  readonly sources: AddressSet;
  readonly at: Position;
  readonly doubts: number;
  readonly arrival: Arrival | undefined;
}

/** From these ports clients call; below them only who may and wants to. */
const usualPorts: readonly PortRange[] = [[1024, 65535]];

const isUsual = ({ packets }: { readonly packets: PacketClass }): boolean =>
  !packets.unusual && commonPorts(packets.strangerPorts, usualPorts).length > 0;

/** All packets of its sources are here: from every port, usual ones and others. */
const isWhole = ({ packets, doubts }: Pick<Through, 'packets' | 'doubts'>): boolean =>
  doubts === 0 && packets.strangerPorts === allPorts && !packets.unusual;

/** Makes answers of where all packets ended. */
export function answersOf(
  { arrived, ended }: Outcomes,
  isLocal: (destination: AddressNumber) => boolean,
): readonly Answer[] {
  const family = [...arrived, ...ended][0]?.sources.family;
  if (!family) return [];
  const tally = new Tally();
  const sure = ended.every(isWhole) && arrived.every(isWhole);
  // Without a doubt every packet has gone one way only, and nothing has to be weighed against anything.
  if (sure) {
    for (const { packets, sources, history } of arrived) {
      const group = tally.group('certain', 0, arrivalOf(packets, isLocal));
      for (const piece of deciders(sources, history, true)) group.add(piece.at, piece.sources);
    }
    const refused = tally.group('no', 0, undefined);
    for (const { at, sources } of ended) refused.add(at, sources);
  } else weigh({ arrived, ended }, isLocal, family, tally);
  return tally.answers();
}

/** Who is certain, who is not, and on what it depends, where packets may have gone several ways. */
function weigh(
  { arrived, ended }: Outcomes,
  isLocal: (destination: AddressNumber) => boolean,
  family: AddressSet['family'],
  tally: Tally,
): void {
  const accepted: Piece[] = [];
  for (const { packets, doubts, sources, history } of arrived) {
    const arrival = arrivalOf(packets, isLocal);
    for (const piece of deciders(sources, history, false))
      accepted.push({ ...piece, packets, doubts, arrival });
  }
  for (const { packets, doubts, sources, at, unknown } of ended)
    if (unknown) accepted.push({ packets, sources, at, doubts, arrival: arrivalOf(packets, isLocal) });
  const dropped: Piece[] = ended.map(({ packets, sources, at, doubts }) => ({
    packets,
    sources,
    at,
    doubts,
    arrival: undefined,
  }));
  const mayDrop = together(family, ended.filter(isUsual));
  const mayArrive = together(family, accepted);
  const targets = Map.groupBy(accepted, ({ arrival }) => arrivalKey(arrival));
  const everything = [...accepted, ...dropped];
  for (const [key, pieces] of targets) {
    const arrival = pieces[0]?.arrival;
    const elsewhere =
      targets.size === 1
        ? emptySet(family)
        : together(
            family,
            accepted.filter((piece) => isUsual(piece) && arrivalKey(piece.arrival) !== key),
          );
    const left = new RangeList(together(family, pieces));
    const inDoubt = left.take(union(mayDrop, elsewhere));
    claim(left, pieces, tally.group('certain', 0, arrival));
    const picked = new RangeList(inDoubt);
    for (const [ports, part] of byChosenPorts(inDoubt, pieces, [...accepted, ...dropped])) {
      picked.take(part);
      claim(new RangeList(part), pieces, tally.group('certain', 0, arrival, ports));
    }
    for (const [doubts, part] of byDoubts(picked.flat(), everything))
      claim(new RangeList(part), pieces, tally.group('depends', doubts || doubtOf('other'), arrival));
  }
  const refused = new RangeList(together(family, dropped));
  refused.take(mayArrive);
  claim(refused, dropped, tally.group('no', 0, undefined));
}

/** Gives every piece what is left of its sources, in order. */
function claim(left: RangeList, pieces: readonly Piece[], group: Group): void {
  for (const { sources, at } of pieces) {
    if (left.isEmpty) return;
    const part = left.take(sources);
    if (!isEmpty(part)) group.add(at, part);
  }
}

/** More kinds of ports than this are not told apart. */
const mostKinds = 64;

/**
 * Sources that a usual client gets in from by some ports of its own: by no other way do its packets go from there. With
 * the ports.
 */
function byChosenPorts(
  sources: AddressSet,
  here: readonly Piece[],
  everything: readonly Piece[],
): readonly (readonly [readonly PortRange[], AddressSet])[] {
  const usual = everything.filter(({ packets }) => !packets.unusual);
  const cuts = new Set(
    usual.flatMap(({ packets }) => packets.strangerPorts.flatMap(([from, to]) => [from, to + 1])),
  );
  const bounds = [...cuts].toSorted((a, b) => a - b);
  if (isEmpty(sources) || bounds.length < 3 || bounds.length > mostKinds) return [];
  const own = new Set(here);
  let groups: readonly (readonly [readonly PortRange[], AddressSet])[] = [[[], sources]];
  for (const [index, from] of bounds.slice(0, -1).entries()) {
    const range: PortRange = [from, (bounds[index + 1] ?? 65_536) - 1];
    const sent = usual.filter(({ packets }) => hasPort(packets.strangerPorts, from));
    const arrive = together(
      sources.family,
      sent.filter((piece) => own.has(piece)),
    );
    const others = together(
      sources.family,
      sent.filter((piece) => !own.has(piece)),
    );
    const sure = subtract(intersect(sources, arrive), others);
    if (isEmpty(sure)) continue;
    groups = groups.flatMap(([ports, part]) =>
      (
        [
          [normal([...ports, range]), intersect(part, sure)],
          [ports, subtract(part, sure)],
        ] as const
      ).filter(([, some]) => !isEmpty(some)),
    );
  }
  return groups.filter(([ports]) => ports.length > 0);
}

/** What the answers for these sources depend on: all that was met on any of their ways. */
function byDoubts(sources: AddressSet, pieces: readonly Piece[]): ReadonlyMap<number, AddressSet> {
  let parts = new Map<number, AddressSet>([[0, sources]]);
  const masks = new Map<number, Piece[]>();
  for (const piece of pieces) {
    const known = masks.get(piece.doubts);
    if (known) known.push(piece);
    else masks.set(piece.doubts, [piece]);
  }
  for (const [mask, some] of masks) {
    if (mask === 0) continue;
    const met = together(sources.family, some);
    const next = new Map<number, AddressSet>();
    const put = (doubts: number, part: AddressSet): void => {
      if (!isEmpty(part)) next.set(doubts, union(next.get(doubts) ?? emptySet(part.family), part));
    };
    for (const [doubts, part] of parts) {
      const rest = new RangeList(part);
      put(doubts | mask, rest.take(met));
      put(doubts, rest.flat());
    }
    parts = next;
  }
  return parts;
}

/**
 * Who is to be named for letting these sources through: a rule rather than a policy, in the hook where it is decided
 * (input, forward) rather than on the way there, in the later of two chains.
 */
function* deciders(
  sources: AddressSet,
  history: History | undefined,
  sure: boolean,
): Generator<{ readonly sources: AddressSet; readonly at: Position }> {
  const chains: History[] = [];
  for (let one = history; one; one = one.before) chains.push(one);
  const buckets = chains
    .flatMap((one, age) =>
      [true, false].map((explicit) => ({
        records: one.records.filter((record) => record.explicit === explicit),
        rank: rankOf(one, explicit),
        one,
        age,
      })),
    )
    .filter(({ records }) => records.length > 0)
    .toSorted((a, b) => b.rank - a.rank || a.age - b.age);
  const [first] = buckets;
  let left = new RangeList(sources);
  // Nobody was lost since: those whom the first of them let through are all still here, and nobody twice.
  if (sure && first && first.one.sources === sources) {
    yield* buckets.shift()?.records ?? [];
    const rest = buckets.find(({ one }) => one === first.one)?.records ?? [];
    left = new RangeList(together(sources.family, rest));
  }
  for (const { records } of buckets)
    for (const record of records) {
      if (left.isEmpty) return;
      const part = left.take(record.sources);
      if (!isEmpty(part)) yield { sources: part, at: record.at };
    }
  if (!left.isEmpty) yield { sources: left.flat(), at: { text: 'no rule' } };
}

const rankOf = ({ hook, station }: History, explicit: boolean): number =>
  (hook === 'input' || hook === 'forward' ? 16 : 0) +
  (station.type === 'filter' ? 8 : 0) +
  (explicit ? 4 : 0) +
  (station.chain.rules.length > 0 ? 2 : 0) +
  (station.priority === 0 ? 1 : 0);

const arrivalOf = (
  { destination, port }: PacketClass,
  isLocal: (destination: AddressNumber) => boolean,
): Arrival => ({ destination: writeAddress(destination), port, local: isLocal(destination) });
