import { decodeText, encodeText } from '../../lang/conf/index.ts';
import { asItems, asPairs, asText, bare, isError, type RespValue } from '../../lang/resp/index.ts';

/** Text of an answer whose strings were decoded as latin1, without the loss of a byte (see `decodeText`). */
export function textIn(value: RespValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  const inner = bare(value);
  if (typeof inner === 'number' || typeof inner === 'bigint') return String(inner);
  const text = asText(inner);
  return text === undefined ? undefined : decodeText(Buffer.from(text, 'latin1'));
}

/** Words as the bytes that they stand for. */
export const bytesOf = (words: readonly string[]): readonly Uint8Array[] =>
  words.map((word) => encodeText(word));

export const textsIn = (value: RespValue | undefined): readonly string[] =>
  (value === undefined ? [] : (asItems(value) ?? [])).map((item) => textIn(item) ?? '');

/** Pairs of a map, or of the flat array that stands for one. */
export const pairsIn = (value: RespValue | undefined): ReadonlyMap<string, string> =>
  new Map(
    (value === undefined ? [] : (asPairs(value) ?? [])).map(([name, item]) => [
      textIn(name) ?? '',
      textIn(item) ?? '',
    ]),
  );

export const errorIn = (value: RespValue): string | undefined => {
  const inner = bare(value);
  return isError(inner) ? inner.text : undefined;
};

/** Fields of INFO. */
export const fieldsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
    }),
  );
