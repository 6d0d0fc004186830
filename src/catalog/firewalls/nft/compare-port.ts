/** Ports, also when bits of them are asked for. */
import { complement, merged, type Range } from './ranges.ts';
import { ordered, satisfies, type Step } from './steps.ts';
import type { Comparison } from './syntax.ts';
import type { Values } from './values.ts';

/** Ports that satisfy the comparison once they went through the steps: all are tried, in small numbers for speed. */
function portsThrough(steps: readonly Step[], op: Comparison, values: Values): readonly Range[] {
  const turns = steps.map((step) => ({ op: step.op, by: Number(step.by & 0xffffffffn) }));
  const answers = new Map<number, boolean>();
  const found: Range[] = [];
  let from = -1;
  for (let port = 0; port <= 65536; port++) {
    let now = port;
    for (const { op: turn, by } of turns) {
      if (turn === '&') now &= by;
      else if (turn === '|') now |= by;
      else if (turn === '^') now ^= by;
      else if (turn === '>>') now = by > 15 ? 0 : now >> by;
      else now = by > 15 ? 0 : (now << by) & 65535;
    }
    now &= 65535;
    let answer = port <= 65535 && answers.get(now);
    if (answer === undefined) {
      answer = satisfies(op, BigInt(now), values, false);
      answers.set(now, answer);
    }
    if (answer && from === -1) from = port;
    else if (!answer && from !== -1) {
      found.push([BigInt(from), BigInt(port - 1)]);
      from = -1;
    }
  }
  return found;
}

export function portsOf(steps: readonly Step[], op: Comparison, values: Values): readonly Range[] {
  const last = 65535n;
  const [first] = values.ranges;
  if (steps.length > 0) return portsThrough(steps, op, values);
  if (values.all) return op === '!=' ? [] : [[0n, last]];
  if (op === '!=' || op === '!') return complement(values.ranges, last);
  if (op === 'implied' || op === '==') return merged(values.ranges);
  return first === undefined ? [] : ordered(op, first[0], last);
}
