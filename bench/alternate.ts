import { runChild } from './run-child.ts';

/** A command line that takes part, and the exit codes with which it has done its work. */
export interface Contestant {
  readonly name: string;
  readonly argv: readonly string[];
  readonly codes?: readonly number[];
}

/**
 * Milliseconds of each contestant's runs. They take turns, and who begins changes, so that what else the machine
 * does slows all of them; a first round only warms up the disk's cache.
 *
 * @throws where a contestant ends with a code that is not among its own
 */
export function alternate(
  contestants: readonly Contestant[],
  rounds: number,
): ReadonlyMap<string, readonly number[]> {
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  const order = [...contestants];
  for (let round = -1; round < rounds; round++) {
    order.push(...order.splice(0, 1));
    for (const { name, argv, codes = [0] } of order) {
      const { milliseconds, code } = runChild(argv);
      if (code === null || !codes.includes(code)) throw new Error(`${name} ended with ${code}`);
      if (round >= 0) samples.get(name)?.push(milliseconds);
    }
  }
  return samples;
}
