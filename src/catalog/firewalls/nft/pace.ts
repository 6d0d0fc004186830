/** Rates and numbers of connections that are counted for each source by itself. */
import type { Family } from '../../../lang/packets/index.ts';
import { isObject, listOf } from './json-value.ts';

export interface Pace {
  /** Whether who comes too often matches, or who does not. */
  readonly of: 'above' | 'within';
  /** Packets of the other one have no such source. */
  readonly family: Family;
}

/**
 * Of a statement that writes into a set, as text: `add @seen { ip saddr limit rate over 10/minute }`. Nothing where not
 * every source has a count of its own, or where the first connection could be too many.
 */
export function paceOf(text: string): Pace | undefined {
  const key = /\{\s*([^{}]{1,200}?)\s+(limit|ct)\s+(rate|count)\s+(over\s+|until\s+)?([0-9]{1,9})\b/.exec(
    text,
  );
  if (!key) return undefined;
  const [, fields = '', , , over = '', number = '0'] = key;
  if (!isOwn(fields) || Number(number) < 1) return undefined;
  return {
    of: over.startsWith('over') ? 'above' : 'within',
    family: /(?:^|\. )ip6 saddr/.test(fields) ? 'ipv6' : 'ipv4',
  };
}

const isOwn = (fields: string): boolean =>
  /(?:^|\. )ip6? saddr(?: \.|$| timeout)/.test(fields) && !/[&|^]/.test(fields);

/** The same of `nft -j`. */
export function jsonPaceOf(element: unknown, statements: unknown): Pace | undefined {
  const [first, ...more] = listOf(statements);
  if (!isObject(first) || more.length > 0) return undefined;
  const family = familyOfSource(element);
  const limit = first['limit'] ?? first['ct count'];
  if (!isObject(limit) || family === undefined) return undefined;
  const number = limit['rate'] ?? limit['val'];
  if (typeof number !== 'number' || number < 1) return undefined;
  return { of: limit['inv'] === true ? 'above' : 'within', family };
}

function familyOfSource(element: unknown): Family | undefined {
  if (!isObject(element)) return undefined;
  const inner = element['elem'];
  if (isObject(inner)) return familyOfSource(inner['val']);
  if (Array.isArray(element['concat']))
    return element['concat'].map(familyOfSource).find((family) => family !== undefined);
  const payload = element['payload'];
  if (!isObject(payload) || payload['field'] !== 'saddr') return undefined;
  return payload['protocol'] === 'ip6' ? 'ipv6' : payload['protocol'] === 'ip' ? 'ipv4' : undefined;
}
