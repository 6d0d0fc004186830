/**
 * A set in order of insertion from which much may be removed and added again. A JavaScript Map that is full rebuilds itself
 * at each insertion after a deletion, which a long line can make quadratic: so nothing is deleted here, only marked.
 */
export interface OrderedSet<Value> {
  readonly places: Map<string, { at: number; value: Value }>;
  next: number;
}

export const orderedSet = <Value>(): OrderedSet<Value> => ({ places: new Map(), next: 0 });

/** Adds at the end; an item that is there keeps its place and takes the value. */
export function put<Value>(set: OrderedSet<Value>, item: string, value: Value): void {
  const place = set.places.get(item);
  if (place === undefined) set.places.set(item, { at: set.next++, value });
  else {
    if (place.at < 0) place.at = set.next++;
    place.value = value;
  }
}

/** Whether the item was there. */
export function drop(set: OrderedSet<unknown>, item: string): boolean {
  const place = set.places.get(item);
  if (place === undefined || place.at < 0) return false;
  place.at = -1;
  return true;
}

export function clear(set: OrderedSet<unknown>): void {
  set.places.clear();
  set.next = 0;
}

/** Items and values, in order. */
export const listed = <Value>(set: OrderedSet<Value>): readonly (readonly [item: string, value: Value])[] =>
  [...set.places]
    .filter(([, { at }]) => at >= 0)
    .toSorted(([, a], [, b]) => a.at - b.at)
    .map(([item, { value }]) => [item, value] as const);
