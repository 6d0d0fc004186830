/**
 * `work` for every item, at most `at` at a time; results in the order of the items.
 *
 * @param take the place of the next item that nobody has taken; with others who take from the same items, the results
 *   have holes
 */
export async function eachOf<T, R>(
  items: readonly T[],
  at: number,
  work: (item: T, place: number) => Promise<R>,
  take: () => number = counter(),
): Promise<readonly R[]> {
  const results: R[] = [];
  const worker = async (): Promise<void> => {
    for (let place = take(); place < items.length; place = take())
      results[place] = await work(items[place] as T, place);
  };
  await Promise.all(Array.from({ length: Math.min(at, items.length) }, worker));
  return results;
}

const counter = (): (() => number) => {
  let next = 0;
  return () => next++;
};
