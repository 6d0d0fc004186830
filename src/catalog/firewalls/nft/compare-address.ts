/** Addresses, whole or under a mask. */
import type { Match } from '../../../lang/packets/index.ts';
import type { Field } from './field.ts';
import { addressSet, lastOf, type Range } from './ranges.ts';
import { ordered, type Step } from './steps.ts';
import type { Comparison } from './syntax.ts';
import type { Values } from './values.ts';

export function address(
  field: Field & { readonly of: 'address' },
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  text: string,
): readonly Match[] {
  const { family, side } = field;
  const last = lastOf(family);
  if (values.all) return op === '!=' ? [{ match: 'never', why: text }] : [];
  const [first] = values.ranges;
  if (op === '<' || op === '>' || op === '<=' || op === '>=') {
    if (first === undefined || steps.length > 0) return [{ match: 'opaque', on: 'other', text }];
    return [{ match: side, addresses: addressSet(family, ordered(op, first[0], last)) }];
  }
  let addresses = values.addresses ?? addressSet(family, values.ranges, values.packed);
  const [step] = steps;
  if (step !== undefined) {
    const ranges = steps.length === 1 && step.op === '&' ? masked(values, step.by & last, last) : undefined;
    if (ranges === undefined) return [{ match: 'opaque', on: 'other', text }];
    addresses = addressSet(family, ranges);
  }
  return [{ match: side, addresses, ...(op === '!=' || op === '!' ? { not: true } : {}) }];
}

/** Addresses that give one of the values under the mask; `undefined` where they are too scattered. */
function masked(values: Values, mask: bigint, last: bigint): readonly Range[] | undefined {
  const wanted: bigint[] = [];
  for (const [from, to] of values.ranges) {
    if (to - from > 256n) return undefined;
    for (let value = from; value <= to; value++) if ((value & ~mask) === 0n) wanted.push(value);
  }
  const free = last & ~mask;
  let low = 0n;
  while ((free & (1n << low)) !== 0n) low++;
  const size = (1n << low) - 1n;
  const scattered: bigint[] = [];
  for (let bit = low; 1n << bit <= last; bit++) if ((free & (1n << bit)) !== 0n) scattered.push(1n << bit);
  if (wanted.length << scattered.length > 1024 || scattered.length > 10) return undefined;
  let starts = wanted;
  for (const bit of scattered) starts = starts.flatMap((start) => [start, start | bit]);
  return starts.map((start): Range => [start, start | size]);
}
