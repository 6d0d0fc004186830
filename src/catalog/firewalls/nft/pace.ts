/** Rates and numbers of connections that are counted for each source by itself. */
import { isObject, listOf } from './json-value.ts';

/** Whether who comes too often matches, or who does not. */
export type Pace = 'above' | 'within';

/**
 * Of a statement that writes into a set, as text: `add @seen { ip saddr limit rate over 10/minute }`. Nothing where not
 * every source has a count of its own, or where the first connection could be too many: bytes are fewer than one packet.
 */
export function paceOf(text: string): Pace | undefined {
  const key =
    /\{\s*([^{}]{1,200}?)\s+(limit|ct)\s+(rate|count)\s+(over\s+|until\s+)?([0-9]{1,9})\b\s*([a-z]*)/.exec(
      text,
    );
  if (!key) return undefined;
  const [, fields = '', , , over = '', number = '0', unit = ''] = key;
  if (!isOwn(fields) || Number(number) < 1 || unit.endsWith('bytes')) return undefined;
  return over.startsWith('over') ? 'above' : 'within';
}

const isOwn = (fields: string): boolean =>
  /(?:^|\. )ip6? saddr(?: \.|$| timeout)/.test(fields) && !/[&|^]/.test(fields);

/** The same of `nft -j`. */
export function jsonPaceOf(element: unknown, statements: unknown): Pace | undefined {
  const [first, ...more] = listOf(statements);
  if (!isObject(first) || more.length > 0 || !holdsSource(element)) return undefined;
  const limit = first['limit'] ?? first['ct count'];
  if (!isObject(limit) || ('rate_unit' in limit && limit['rate_unit'] !== 'packets')) return undefined;
  const number = limit['rate'] ?? limit['val'];
  if (typeof number !== 'number' || number < 1) return undefined;
  return limit['inv'] === true ? 'above' : 'within';
}

function holdsSource(element: unknown): boolean {
  if (!isObject(element)) return false;
  const inner = element['elem'];
  if (isObject(inner)) return holdsSource(inner['val']);
  if (Array.isArray(element['concat'])) return element['concat'].some(holdsSource);
  const payload = element['payload'];
  return (
    isObject(payload) &&
    payload['field'] === 'saddr' &&
    (payload['protocol'] === 'ip' || payload['protocol'] === 'ip6')
  );
}
