import { type AddressNumber, before, writeAddress } from './address-number.ts';
import { type AddressSet, emptySet, fromRanges, isEmpty } from './address-set.ts';
import type { Station } from './hooks.ts';
import { dependencesOf, doubtOf, type PacketClass } from './packet-class.ts';
import { commonPorts } from './port-ranges.ts';
import type { Answer, Arrival } from './query.ts';
import { RangeList } from './range-list.ts';
import type { Hook, PortRange, Position } from './rule.ts';
import { equals, union } from './set-algebra.ts';
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
  readonly before: History | undefined;
}

export interface Outcomes {
  readonly arrived: readonly Through[];
  readonly ended: readonly Ended[];
}

/** Some sources with the rule that decides over them. */
interface Piece {
  readonly sources: AddressSet;
  readonly at: Position;
  readonly doubts: number;
  readonly arrival: Arrival | undefined;
}

/** From these ports clients call; below them only who may and wants to. */
const usualPorts: readonly PortRange[] = [[1024, 65535]];

const isUsual = ({ strangerPorts }: PacketClass): boolean =>
  commonPorts(strangerPorts, usualPorts).length > 0;

/** Makes answers of where all packets ended. */
export function answersOf(
  { arrived, ended }: Outcomes,
  isLocal: (destination: AddressNumber) => boolean,
): readonly Answer[] {
  const family = [...arrived, ...ended][0]?.sources.family;
  if (!family) return [];
  const accepted: Piece[] = [];
  for (const { packets, doubts, sources, history } of arrived) {
    const arrival = arrivalOf(packets, isLocal);
    for (const piece of deciders(sources, history)) accepted.push({ ...piece, doubts, arrival });
  }
  for (const { packets, doubts, sources, at, unknown } of ended)
    if (unknown) accepted.push({ sources, at, doubts, arrival: arrivalOf(packets, isLocal) });
  const dropped: Piece[] = ended.map(({ sources, at, doubts }) => ({
    sources,
    at,
    doubts,
    arrival: undefined,
  }));
  const mayDrop = together(
    family,
    ended.filter(({ packets }) => isUsual(packets)),
  );
  const mayArrive = together(family, accepted);
  const tally = new Tally();
  const targets = Map.groupBy(accepted, ({ arrival }) => arrivalKey(arrival));
  const everything = [...accepted, ...dropped];
  for (const [key, pieces] of targets) {
    const elsewhere =
      targets.size === 1
        ? emptySet(family)
        : together(
            family,
            accepted.filter(({ arrival }) => arrivalKey(arrival) !== key),
          );
    const left = new RangeList(together(family, pieces));
    const inDoubt = left.take(union(mayDrop, elsewhere));
    claim(left, pieces, (piece, sources) => tally.add(piece, 'certain', 0, sources));
    const open = new RangeList(inDoubt);
    claim(open, pieces, (piece, sources) => {
      for (const [doubts, part] of byDoubts(sources, everything)) tally.add(piece, 'depends', doubts, part);
    });
  }
  const refused = new RangeList(together(family, dropped));
  refused.take(mayArrive);
  claim(refused, dropped, (piece, sources) => tally.add(piece, 'no', 0, sources));
  return tally.answers();
}

/** Gives every piece what is left of its sources, in order. */
function claim(
  left: RangeList,
  pieces: readonly Piece[],
  give: (piece: Piece, sources: AddressSet) => void,
): void {
  for (const piece of pieces) {
    if (left.isEmpty) return;
    const sources = left.take(piece.sources);
    if (!isEmpty(sources)) give(piece, sources);
  }
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
): Generator<{ readonly sources: AddressSet; readonly at: Position }> {
  const chains: History[] = [];
  for (let one = history; one; one = one.before) chains.push(one);
  const buckets = chains
    .flatMap((one, age) =>
      [true, false].map((explicit) => ({
        records: one.records.filter((record) => record.explicit === explicit),
        rank: rankOf(one, explicit),
        age,
      })),
    )
    .filter(({ records }) => records.length > 0)
    .toSorted((a, b) => b.rank - a.rank || a.age - b.age);
  const left = new RangeList(sources);
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

function together(
  family: AddressSet['family'],
  pieces: readonly { readonly sources: AddressSet }[],
): AddressSet {
  const [only] = pieces;
  if (only && pieces.length === 1) return only.sources;
  let big: AddressSet | undefined;
  const ends: AddressNumber[] = [];
  for (const { sources } of pieces) {
    const { bounds } = sources;
    if (bounds.length > 64) big = big ? union(big, sources) : sources;
    else
      for (let index = 0; index < bounds.length; index += 2)
        ends.push(bounds[index] as AddressNumber, before(bounds[index + 1] as AddressNumber));
  }
  const small = fromRanges(family, ends);
  return big ? union(big, small) : small;
}

const arrivalOf = (
  { destination, port }: PacketClass,
  isLocal: (destination: AddressNumber) => boolean,
): Arrival => ({ destination: writeAddress(destination), port, local: isLocal(destination) });

const arrivalKey = (arrival: Arrival | undefined): string =>
  arrival ? `${arrival.destination} ${arrival.port}` : '';

/** Collects answers; those that differ in their sources only are one. */
class Tally {
  readonly #found = new Map<
    Position,
    Map<string, { readonly answer: Answer; readonly parts: AddressSet[] }>
  >();
  readonly #places = new Map<string, Position>();

  add(piece: Piece, reach: Answer['reach'], doubts: number, sources: AddressSet): void {
    const at = this.#known(piece.at);
    const arrival = reach === 'no' ? undefined : piece.arrival;
    const key = `${reach} ${doubts} ${arrivalKey(arrival)}`;
    let here = this.#found.get(at);
    if (!here) this.#found.set(at, (here = new Map()));
    const known = here.get(key);
    if (known) known.parts.push(sources);
    else {
      const on = reach === 'depends' ? dependencesOf(doubts === 0 ? doubtOf('other') : doubts) : [];
      here.set(key, {
        answer: { sources, reach, because: at, on, ...(arrival ? { arrival } : {}) },
        parts: [sources],
      });
    }
  }

  answers(): readonly Answer[] {
    return Array.from(this.#found.values(), (here) => [...here.values()])
      .flat()
      .map(({ answer, parts }) => {
        const sources = together(
          answer.sources.family,
          parts.map((part) => ({ sources: part })),
        );
        return equals(sources, answer.sources) ? answer : { ...answer, sources };
      });
  }

  /** Rules of one line are one place to people. */
  #known(at: Position): Position {
    if (this.#found.has(at)) return at;
    const key = `${at.file ?? ''}:${at.line ?? ''}:${at.handle ?? ''}:${at.text}`;
    const known = this.#places.get(key);
    if (known) return known;
    this.#places.set(key, at);
    return at;
  }
}
