import { compareVersionTexts } from '../version/index.ts';
import { redisLevel, type ConfProduct } from './traits.ts';

/**
 * `notify-keyspace-events`: letters in, the same letters out in the server's order. `A` stands for all kinds of
 * events that the version knows under it; `K` and `E` say where to; `m`, `n` and
 * newer ones are never part of `A`.
 */
export function readEvents(text: string, product: ConfProduct, version: string): string | undefined {
  const level = redisLevel(product, version);
  const since = (from: string): boolean => compareVersionTexts(level, from) >= 0;
  const redis = (from: string): boolean => product === 'redis' && since(from);
  const all = `g$lshzxe${since('5.0.0') ? 't' : ''}${since('7.0.0') ? 'd' : ''}`;
  // Printed only where not all kinds are chosen, so that `An` comes back as `A`.
  const beside = `${since('7.0.0') ? 'n' : ''}${redis('8.2.0') ? 'oc' : ''}`;
  const where = `KE${since('6.0.0') ? 'm' : ''}${redis('8.8.0') ? 'STIV' : ''}`;
  const given = new Set<string>();
  for (const letter of text) {
    if (letter === 'A') for (const one of all) given.add(one);
    else if (all.includes(letter) || beside.includes(letter) || where.includes(letter)) given.add(letter);
    else return undefined;
  }
  const some = (letters: string): string =>
    letters.replace(/./g, (letter) => (given.has(letter) ? letter : ''));
  return (some(all) === all ? 'A' : some(all) + some(beside)) + some(where);
}
