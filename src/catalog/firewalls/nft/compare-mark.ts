/** Marks of packets and connections. */
import type { Match } from '../../../lang/packets/index.ts';
import { complement, merged, type Range } from './ranges.ts';
import { ordered, type Step } from './steps.ts';
import type { Comparison } from './syntax.ts';
import type { Values } from './values.ts';

export function mark(
  which: 'mark' | 'ct-mark',
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  text: string,
): readonly Match[] {
  const last = 0xffffffffn;
  const [step] = steps;
  const opaque: readonly Match[] = [{ match: 'opaque', on: 'mark', text }];
  if (steps.length > 1 || (step !== undefined && step.op !== '&')) return opaque;
  const mask = step?.by ?? last;
  if (values.all) return op === '!=' ? [{ match: 'never', why: text }] : [];
  const [first] = values.ranges;
  if (op === '!') return [{ match: which, mask: Number(mask & (first?.[0] ?? 0n)), value: 0 }];
  const wanted =
    op === 'implied' || op === '==' || op === '!='
      ? merged(values.ranges)
      : ordered(op, first?.[0] ?? 0n, last);
  const outside = complement(wanted, last);
  const [few, turned] = count(wanted) <= count(outside) ? [wanted, false] : [outside, true];
  if (count(few) > 256n) return opaque;
  const not = turned !== (op === '!=');
  const single: Match[] = few.flatMap(([from, to]) =>
    Array.from({ length: Number(to - from) + 1 }, (_, at): Match => {
      return { match: which, mask: Number(mask), value: Number(from) + at };
    }),
  );
  const [only] = single;
  if (single.length === 1 && only !== undefined) return [not ? ({ ...only, not: true } as Match) : only];
  return [{ match: 'any', of: single.map((one) => [one]), ...(not ? { not: true } : {}) }];
}

const count = (ranges: readonly Range[]): bigint =>
  ranges.reduce((sum, [from, to]) => sum + (to - from) + 1n, 0n);
