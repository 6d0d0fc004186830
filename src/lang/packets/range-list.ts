/**
 * A set of addresses that is changed in place. Walking 100,000 rules takes a little out of the same set 100,000 times;
 * a flat array would be copied every time. So the ranges lie in chunks: a change moves the few hundred numbers of one
 * chunk. Every chunk holds whole half-open ranges; none is empty.
 */
import type { AddressNumber } from './address-number.ts';
import { type AddressSet, emptySet, ofBounds } from './address-set.ts';
import { intersect, subtract, union } from './set-algebra.ts';

const most = 512;

export class RangeList {
  /** Made when a change needs them. */
  #chunks: AddressNumber[][] = [];
  #bounds = 0;
  /** The same as one set, where it has not changed since. */
  #flat: AddressSet | undefined;
  readonly family: AddressSet['family'];

  constructor(set: AddressSet) {
    this.family = set.family;
    this.#become(set);
  }

  get isEmpty(): boolean {
    return this.#bounds === 0;
  }

  /** As it is now; what is changed later does not change it. */
  flat(): AddressSet {
    return (this.#flat ??=
      this.#bounds === 0 ? emptySet(this.family) : ofBounds(this.family, this.#chunks.flat()));
  }

  /** All of it, which leaves nothing here. */
  takeAll(): AddressSet {
    const all = this.flat();
    this.#become(emptySet(this.family));
    return all;
  }

  /** What is both here and in `set`, which stays here. */
  common(set: AddressSet): AddressSet {
    if (this.#bounds < 64 || set.bounds.length * 4 > this.#bounds) return intersect(this.flat(), set);
    return this.#narrow(set, false);
  }

  /** What is both here and in `set`, which leaves. */
  take(set: AddressSet): AddressSet {
    if (set.family !== this.family) return emptySet(this.family);
    if (this.#isBulk(set)) {
      const taken = intersect(this.flat(), set);
      if (taken.bounds.length > 0) this.#become(subtract(this.flat(), taken));
      return taken;
    }
    return this.#takeWhole(set) ? set : this.#narrow(set, true);
  }

  /** Takes `set` in. */
  add(set: AddressSet): void {
    if (set.bounds.length === 0 || set.family !== this.family) return;
    if (this.#bounds === 0) this.#become(set);
    else if (this.#isBulk(set)) this.#become(union(this.flat(), set));
    else {
      for (let index = 0; index < set.bounds.length; index += 2)
        this.#insert(set.bounds[index] as AddressNumber, set.bounds[index + 1] as AddressNumber);
    }
  }

  #isBulk(set: AddressSet): boolean {
    return this.#bounds < 32 || set.bounds.length * 8 > this.#bounds;
  }

  #become(set: AddressSet): void {
    this.#flat = set;
    this.#bounds = set.bounds.length;
    this.#chunks = [];
  }

  #cut(): void {
    const bounds = this.#flat?.bounds;
    if (!bounds || this.#chunks.length > 0) return;
    for (let from = 0; from < bounds.length; from += most)
      this.#chunks.push(Array.from(bounds.slice(from, from + most) as ArrayLike<AddressNumber>));
  }

  /** First chunk whose last range ends after this number. */
  #chunkAt(value: AddressNumber): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle] as AddressNumber[];
      if ((chunk[chunk.length - 1] as AddressNumber) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The usual case, for which nothing is made anew: one range that lies within one of ours. */
  #takeWhole({ bounds }: AddressSet): boolean {
    if (bounds.length !== 2) return false;
    this.#cut();
    const from = bounds[0] as AddressNumber;
    const to = bounds[1] as AddressNumber;
    const at = this.#chunkAt(from);
    const chunk = this.#chunks[at];
    if (!chunk) return false;
    const place = rangeAfter(chunk, from);
    const start = chunk[place] as AddressNumber;
    const stop = chunk[place + 1] as AddressNumber;
    if (start > from || stop < to) return false;
    this.#flat = undefined;
    if (start === from && stop === to) {
      chunk.splice(place, 2);
      this.#bounds -= 2;
      if (chunk.length === 0) this.#chunks.splice(at, 1);
    } else if (start === from) chunk[place] = to;
    else if (stop === to) chunk[place + 1] = from;
    else {
      chunk.splice(place + 1, 0, from, to);
      this.#bounds += 2;
      if (chunk.length > 2 * most) this.#halve(at);
    }
    return true;
  }

  #narrow(set: AddressSet, taking: boolean): AddressSet {
    this.#cut();
    const found: AddressNumber[] = [];
    for (let index = 0; index < set.bounds.length; index += 2) {
      const from = set.bounds[index] as AddressNumber;
      const to = set.bounds[index + 1] as AddressNumber;
      let at = this.#chunkAt(from);
      while (at < this.#chunks.length) {
        const chunk = this.#chunks[at] as AddressNumber[];
        if ((chunk[0] as AddressNumber) >= to) break;
        const left = this.#narrowChunk(chunk, from, to, found, taking);
        if (left && chunk.length === 0) this.#chunks.splice(at, 1);
        else if (left && chunk.length > 2 * most) this.#halve(at++);
        else at++;
      }
    }
    if (taking && found.length > 0) this.#flat = undefined;
    return found.length === 0 ? emptySet(this.family) : ofBounds(this.family, found);
  }

  #narrowChunk(
    chunk: AddressNumber[],
    from: AddressNumber,
    to: AddressNumber,
    found: AddressNumber[],
    taking: boolean,
  ): boolean {
    const first = rangeAfter(chunk, from);
    let end = first;
    let start = from;
    let stop = to;
    for (; end < chunk.length && (chunk[end] as AddressNumber) < to; end += 2) {
      start = chunk[end] as AddressNumber;
      stop = chunk[end + 1] as AddressNumber;
      found.push(start < from ? from : start, stop > to ? to : stop);
    }
    if (end === first || !taking) return false;
    const begin = chunk[first] as AddressNumber;
    const kept: AddressNumber[] = [];
    if (begin < from) kept.push(begin, from);
    if (stop > to) kept.push(to, stop);
    chunk.splice(first, end - first, ...kept);
    this.#bounds += kept.length - (end - first);
    return true;
  }

  #insert(from: AddressNumber, to: AddressNumber): void {
    this.#cut();
    // What touches the new range melts into it: also what ends where it starts.
    let at = 0;
    let high = this.#chunks.length;
    while (at < high) {
      const middle = (at + high) >> 1;
      const chunk = this.#chunks[middle] as AddressNumber[];
      if ((chunk[chunk.length - 1] as AddressNumber) < from) at = middle + 1;
      else high = middle;
    }
    let [start, stop] = [from, to];
    const home = Math.min(at, this.#chunks.length - 1);
    for (let here = home; here < this.#chunks.length;) {
      const chunk = this.#chunks[here] as AddressNumber[];
      if (here > home && (chunk[0] as AddressNumber) > to) break;
      const first = rangeTouching(chunk, from);
      let end = first;
      for (; end < chunk.length && (chunk[end] as AddressNumber) <= to; end += 2) {
        if ((chunk[end] as AddressNumber) < start) start = chunk[end] as AddressNumber;
        if ((chunk[end + 1] as AddressNumber) > stop) stop = chunk[end + 1] as AddressNumber;
      }
      chunk.splice(first, end - first);
      this.#bounds -= end - first;
      if (chunk.length === 0 && here > home) this.#chunks.splice(here, 1);
      else here++;
    }
    const chunk = this.#chunks[home] as AddressNumber[];
    chunk.splice(rangeTouching(chunk, start), 0, start, stop);
    this.#bounds += 2;
    if (chunk.length > 2 * most) this.#halve(home);
    this.#flat = undefined;
  }

  #halve(at: number): void {
    const chunk = this.#chunks[at] as AddressNumber[];
    this.#chunks.splice(at + 1, 0, chunk.splice(most));
  }
}

/** Index of the first range that ends after this number. */
function rangeAfter(chunk: readonly AddressNumber[], value: AddressNumber): number {
  let low = 0;
  let high = chunk.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[2 * middle + 1] as AddressNumber) <= value) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** Index of the first range that ends at this number or after it. */
function rangeTouching(chunk: readonly AddressNumber[], value: AddressNumber): number {
  let low = 0;
  let high = chunk.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[2 * middle + 1] as AddressNumber) < value) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}
