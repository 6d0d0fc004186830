import type { RespValue } from '../../lang/resp/index.ts';
import { unknown, type CollectedFacts, type CollectedName, type Fact } from '../../model/index.ts';
import { failed, type Answer } from '../server/connection.ts';
import type { Question } from '../server/read-only.ts';
import type { SecretMeter } from '../secrets/index.ts';

export interface LiveContext {
  readonly meter: SecretMeter;
  /** Names that a guesser would try with this server: its users, its host. */
  readonly names: readonly string[];
}

/** A fact of the live server: what to ask, and how to read the answers. */
export interface LiveCollector<K extends CollectedName = CollectedName> {
  readonly fact: K;
  readonly ask: readonly Question[];
  /** Asked where the answers to `ask` tell nothing; theirs come after those. */
  readonly otherwise?: readonly Question[];
  readonly read: (
    answers: readonly Answer[],
    context: LiveContext,
  ) => Fact<CollectedFacts[K]> | Promise<Fact<CollectedFacts[K]>>;
}

export const defineLive = <K extends CollectedName>(collector: LiveCollector<K>): LiveCollector => collector;

export const errorText = (value: RespValue): string | undefined =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error'
    ? value.text
    : undefined;

/** Why an answer is no answer; `undefined` where it is one. */
export function refusal(answer: Answer | undefined, asked: string): Fact<never> | undefined {
  if (!answer) return unknown('not-asked', asked);
  if (failed(answer)) {
    return unknown(answer.failed === 'timed-out' ? 'timed-out' : 'unreadable', `${asked}: ${answer.detail}`);
  }
  const error = errorText(answer.value);
  if (error === undefined) return undefined;
  if (/^(NOAUTH|ERR operation not permitted)/.test(error))
    return unknown('no-access', `${asked}: a login is needed`);
  if (/^(NOPERM|DENIED|WRONGPASS)/.test(error))
    return unknown('no-access', `${asked}: ${error.slice(0, 160)}`);
  // It knows the command, and has no time for it now.
  if (/^(LOADING|BUSY|MASTERDOWN|TRYAGAIN)/.test(error))
    return unknown('timed-out', `${asked}: ${error.slice(0, 160)}`);
  if (/unknown (sub)?command/i.test(error))
    return unknown(
      'not-supported',
      `${asked}: the server does not know this command (too old, renamed, or disabled)`,
    );
  return unknown('not-supported', `${asked}: ${error.slice(0, 160)}`);
}

/** The text of a bulk, simple or verbatim string. */
export function textOf(value: RespValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  if (value.kind === 'simple') return value.text;
  if (value.kind === 'verbatim') return typeof value.value === 'string' ? value.value : undefined;
  return undefined;
}

export const listOf = (value: RespValue | undefined): readonly RespValue[] =>
  Array.isArray(value) ? (value as readonly RespValue[]) : [];

/** A map, or the flat array that RESP2 sends for one, as pairs of text and value. */
export function pairsOf(value: RespValue | undefined): readonly (readonly [string, RespValue])[] {
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'map') {
    return value.pairs.flatMap(([key, item]) => {
      const name = textOf(key);
      return name === undefined ? [] : [[name, item] as const];
    });
  }
  const items = listOf(value);
  const pairs: (readonly [string, RespValue])[] = [];
  for (let index = 0; index + 1 < items.length; index += 2) {
    const name = textOf(items[index]);
    const item = items[index + 1];
    if (name !== undefined && item !== undefined) pairs.push([name, item]);
  }
  return pairs;
}

/** Numbers of a server are text that may lie: `undefined` where it is no finite number. */
export const numberOf = (value: RespValue | undefined): number | undefined => {
  const number = Number(textOf(value) ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
};
