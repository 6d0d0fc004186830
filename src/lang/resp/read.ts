/** Reads values without asking which protocol version said them. */
import type { RespError, RespMap, RespValue } from './value.ts';

/** Whether the server answered with an error. */
export function isError(value: RespValue): value is RespError {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error';
}

/**
 * An error's first word.
 *
 * @example errorCode({ kind: 'error', text: 'NOAUTH Authentication required.', bulk: false }) // 'NOAUTH'
 */
export function errorCode(error: RespError): string {
  const end = error.text.search(/[ \r\n]/);
  return end < 0 ? error.text : error.text.slice(0, end);
}

/** The value without attributes around it (RESP3). */
export function bare(value: RespValue): RespValue {
  while (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'attributed')
    value = value.value;
  return value;
}

/**
 * The text of a simple, bulk or verbatim string; of bytes as latin1. `undefined` for anything else.
 *
 * @example asText({ kind: 'simple', text: 'OK' }) // 'OK'
 */
export function asText(value: RespValue): string | undefined {
  const inner = bare(value);
  if (typeof inner === 'string') return inner;
  if (inner instanceof Uint8Array)
    return Buffer.from(inner.buffer, inner.byteOffset, inner.length).toString('latin1');
  if (typeof inner !== 'object' || inner === null || !('kind' in inner)) return undefined;
  if (inner.kind === 'simple') return inner.text;
  return inner.kind === 'verbatim' ? asText(inner.value) : undefined;
}

/**
 * The items of an array, a set or a push.
 *
 * @example asItems({ kind: 'set', items: ['a'] }) // ['a']
 */
export function asItems(value: RespValue): readonly RespValue[] | undefined {
  const inner = bare(value);
  if (typeof inner !== 'object' || inner === null || inner instanceof Uint8Array) return undefined;
  if (!('kind' in inner)) return inner;
  return inner.kind === 'set' || inner.kind === 'push' ? inner.items : undefined;
}

/**
 * The entries of a RESP3 map, or of the flat array of even length that says the same in RESP2.
 *
 * @example asPairs(['role', 'master']) // [['role', 'master']]
 */
export function asPairs(value: RespValue): RespMap['pairs'] | undefined {
  const inner = bare(value);
  if (typeof inner !== 'object' || inner === null || inner instanceof Uint8Array) return undefined;
  if ('kind' in inner) return inner.kind === 'map' ? inner.pairs : undefined;
  return inner.length % 2 === 0 ? pairUp(inner) : undefined;
}

/** `[a, 1, b, 2]` as `[[a, 1], [b, 2]]`. */
export function pairUp(items: readonly RespValue[]): RespMap['pairs'] {
  const pairs: (readonly [RespValue, RespValue])[] = [];
  for (let i = 0; i + 1 < items.length; i += 2) pairs.push([items[i] ?? null, items[i + 1] ?? null]);
  return pairs;
}
