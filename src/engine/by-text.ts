/** The order of two texts by their code units: the same on every machine, and no rules of a language to load. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
