// Keys are text that servers decide on: neither many of them nor long ones are kept.
const mostResults = 64;
const longestKey = 16 << 10;

/**
 * Results of a pure function, by the text of all that they depend on: servers of a fleet are alike. When there are too
 * many, all are forgotten.
 *
 * @example const remembered = createMemory<number>(); remembered('4', () => 2 + 2); // 4
 */
export function createMemory<T extends object>(): (key: string, make: () => T) => T {
  const results = new Map<string, T>();
  return (key, make) => {
    const had = results.get(key);
    if (had !== undefined) return had;
    const made = make();
    if (key.length > longestKey) return made;
    if (results.size >= mostResults) results.clear();
    results.set(key, made);
    return made;
  };
}

/** One such memory for each of some objects, for as long as the object lives. */
export function createMemories<T extends object>(): (of: object) => (key: string, make: () => T) => T {
  const memories = new WeakMap<object, (key: string, make: () => T) => T>();
  return (of) => {
    const had = memories.get(of);
    if (had !== undefined) return had;
    const made = createMemory<T>();
    memories.set(of, made);
    return made;
  };
}
