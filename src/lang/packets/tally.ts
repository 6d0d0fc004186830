import type { AddressSet } from './address-set.ts';
import { dependencesOf } from './packet-class.ts';
import type { Answer, Arrival } from './query.ts';
import type { PortRange, Position } from './rule.ts';
import { together } from './together.ts';

/** Equal for equal arrivals. */
export const arrivalKey = (arrival: Arrival | undefined): string =>
  arrival ? `${arrival.destination} ${arrival.port}` : '';

/** Answers that differ in their sources and their rule only. */
export interface Group {
  add(at: Position, sources: AddressSet): void;
}

/** Collects answers; those that differ in their sources only become one. */
export class Tally {
  readonly #groups = new Map<
    string,
    {
      readonly answer: Omit<Answer, 'sources' | 'because'>;
      readonly found: Map<Position, AddressSet | AddressSet[]>;
    }
  >();
  readonly #numbered = new Map<number, Position>();
  readonly #written = new Map<string, Position>();

  group(
    reach: Answer['reach'],
    doubts: number,
    arrival: Arrival | undefined,
    sourcePorts?: readonly PortRange[],
  ): Group {
    const key = `${reach} ${doubts} ${arrivalKey(arrival)} ${sourcePorts?.join(';') ?? ''}`;
    const known = this.#groups.get(key);
    const found = known?.found ?? new Map<Position, AddressSet | AddressSet[]>();
    if (!known)
      this.#groups.set(key, {
        answer: {
          reach,
          on: dependencesOf(doubts),
          ...(sourcePorts ? { sourcePorts } : {}),
          ...(arrival ? { arrival } : {}),
        },
        found,
      });
    return {
      add: (at, sources) => {
        const place = this.#known(at);
        const before = found.get(place);
        if (!before) found.set(place, sources);
        else if (Array.isArray(before)) before.push(sources);
        else found.set(place, [before, sources]);
      },
    };
  }

  answers(): readonly Answer[] {
    const out: Answer[] = [];
    for (const { answer, found } of this.#groups.values())
      for (const [because, parts] of found) {
        const sources = Array.isArray(parts)
          ? together(
              (parts[0] as AddressSet).family,
              parts.map((part) => ({ sources: part })),
            )
          : parts;
        out.push({ ...answer, sources, because });
      }
    return out;
  }

  /** Rules of one line are one place to people. Lines and handles tell nearly all of them apart without their text. */
  #known(at: Position): Position {
    const number = at.line ?? at.handle ?? -1;
    const first = this.#numbered.get(number);
    if (first === at) return at;
    if (!first) {
      this.#numbered.set(number, at);
      return at;
    }
    if (isSame(first, at)) return first;
    const key = `${at.file ?? ''}:${at.line ?? ''}:${at.handle ?? ''}:${at.text}`;
    const known = this.#written.get(key);
    if (!known) this.#written.set(key, at);
    return known ?? at;
  }
}

const isSame = (a: Position, b: Position): boolean =>
  a.text === b.text && a.line === b.line && a.handle === b.handle && a.file === b.file;
