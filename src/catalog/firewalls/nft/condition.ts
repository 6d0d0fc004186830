/** A match of nft in the words of the one rule language. */
import type { CtState, Dependence, Family, Match, PortRange } from '../../../lang/packets/index.ts';
import { addressTypeOf, type Asked, asked, type Field, isFamily, isTracked } from './field.ts';
import { addressSet, complement, holds, lastOf, merged, parseAddress, type Range } from './ranges.ts';
import type { BitOperator, Comparison, Expression } from './syntax.ts';
import { combine, numberOf, type Scope, type Values, valuesOf } from './values.ts';
import { ctStates } from './symbols.ts';
import { concatenation } from './concatenation.ts';
import { printExpression } from './print-expression.ts';

interface Step {
  readonly op: BitOperator;
  readonly by: bigint;
}

/** All of the conditions together say the same as the match. None of them: it is always true. */
export function condition(
  left: Expression,
  op: Comparison,
  right: Expression,
  scope: Scope,
): readonly Match[] {
  if (left.is === 'concat') return concatenation(left.parts, op, right, scope);
  const { base, steps } = unwrap(left);
  const text = `${printExpression(left)} ${op === 'implied' ? '' : `${op} `}${printExpression(right)}`;
  const what = familyByValue(asked(base), right);
  if (what.never !== undefined) return [{ match: 'never', why: what.never }];
  const both = scope.table.family !== 'ip' && scope.table.family !== 'ip6';
  const tracked = what.tracked === true ? [isTracked] : [];
  const guard = [...tracked, ...(what.family === undefined || !both ? [] : [isFamily(what.family)])];
  if (what.family !== undefined) {
    const other = what.family === 'ipv4' ? 'ip6' : 'ip';
    if (scope.table.family === other) {
      scope.problem(`${printExpression(base)} in a table of family ${other}`);
      return [{ match: 'never', why: text }];
    }
  }
  const { field } = what;
  if (field.of === 'opaque' || steps === undefined)
    return [...guard, { match: 'opaque', on: field.of === 'opaque' ? field.on : dependence(field), text }];
  if (field.of === 'never') return [{ match: 'never', why: field.why }];
  const values = valuesOf(right, field, scope);
  if (values.unclear) return [...guard, { match: 'opaque', on: dependence(field), text }];
  const match = compare(field, steps, op, values, right, text);
  const [only] = match;
  // A negated address says nothing of the other family, which nft's match does.
  if (match.length === 1 && only !== undefined && saysFamily(only) && !values.open)
    return [...tracked, ...match];
  if (!values.open || match.length === 0) return [...guard, ...match];
  return [...guard, ...opened(match, op, { match: 'opaque', on: 'set', text })];
}

const saysFamily = (match: Match): boolean =>
  (match.match === 'source' || match.match === 'destination' || match.match === 'original-destination') &&
  match.not !== true;

/** Members that are not known: what is in stays in, what is out may be in. */
function opened(match: readonly Match[], op: Comparison, more: Match): readonly Match[] {
  return op === '!=' ? [...match, more] : [{ match: 'any', of: [match, [more]] }];
}

function unwrap(left: Expression): {
  readonly base: Expression;
  readonly steps: readonly Step[] | undefined;
} {
  const steps: Step[] = [];
  let base = left;
  while (base.is === 'binary') {
    const inner = asked(deepest(base.left)).field;
    const by = numberOf(base.right, inner);
    if (by === undefined) return { base: deepest(base), steps: undefined };
    steps.unshift({ op: base.op, by });
    base = base.left;
  }
  return { base, steps };
}

function deepest(expression: Expression): Expression {
  let at = expression;
  while (at.is === 'binary') at = at.left;
  return at;
}

/** `ct original saddr` has the family of what it is compared with. */
function familyByValue(what: Asked, right: Expression): Asked {
  if (what.field.of !== 'address' || what.family !== undefined) return what;
  let at: Expression | undefined = right;
  while (at !== undefined && at.is !== 'word') {
    if (at.is === 'prefix') at = at.address;
    else if (at.is === 'range') at = at.from;
    else if (at.is === 'set') at = at.elements.packed.length > 0 ? undefined : at.elements.list[0]?.key;
    else at = undefined;
  }
  const family: Family = (at === undefined ? undefined : parseAddress(at.word)?.family) ?? what.field.family;
  return { ...what, field: { ...what.field, family }, family };
}

function dependence(field: Field): Dependence {
  if (field.of === 'address') return 'set';
  if (field.of === 'port') return 'port';
  if (field.of === 'interface' || field.of === 'device-type') return 'interface';
  if (field.of === 'mark') return 'mark';
  return 'other';
}

const through = (steps: readonly Step[], value: bigint, last: bigint): bigint =>
  steps.reduce((now, { op, by }) => combine(op, now, by, last), value);

/** Does this value satisfy the comparison? */
function satisfies(op: Comparison, value: bigint, values: Values, flags: boolean): boolean {
  const [first] = values.ranges;
  const one = first?.[0] ?? 0n;
  if (flags && op === 'implied') return (value & one) !== 0n;
  switch (op) {
    case '!':
      return (value & one) === 0n;
    case '!=':
      return !(values.all || holds(values.ranges, value));
    case '<':
      return value < one;
    case '>':
      return value > one;
    case '<=':
      return value <= one;
    case '>=':
      return value >= one;
    default:
      return values.all || holds(values.ranges, value);
  }
}

function compare(
  field: Field,
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  right: Expression,
  text: string,
): readonly Match[] {
  const flags = right.is !== 'set' && right.is !== 'named' && right.is !== 'range' && steps.length === 0;
  const test = (value: bigint, last = 0xffffffffn): boolean =>
    satisfies(op, through(steps, value, last), values, flags);
  switch (field.of) {
    case 'address':
      return address(field, steps, op, values, text);
    case 'port': {
      const ports = portsOf(steps, op, values);
      // Every other port, say: nobody needs it, and a thousand such rules would fill the memory.
      if (steps.length > 0 && ports.length > 512) return [{ match: 'opaque', on: 'port', text }];
      return [{ match: field.side, ports: ports.map(([from, to]): PortRange => [Number(from), Number(to)]) }];
    }
    case 'interface':
      return interfaces(field.side, steps, op, values, text);
    case 'mark':
      return mark(field.which, steps, op, values, text);
    case 'ct-state': {
      const states = [...ctStates].filter(([, bit]) => test(BigInt(bit))).map(([name]) => name as CtState);
      return states.length === ctStates.size ? [] : [{ match: 'ct-state', states }];
    }
    case 'ct-status':
      return status(test, text);
    case 'tcp-flags':
      return tcpFlags(steps, op, values, flags, test);
    case 'address-type': {
      const types = Array.from({ length: 12 }, (_, type) => type)
        .filter((type) => satisfies(op, BigInt(type), values, false))
        .flatMap((type) => addressTypeOf(type) ?? []);
      return [{ match: field.side, types }];
    }
    case 'protocol':
      return protocol(steps, op, values);
    case 'family':
    case 'ether-type': {
      const [four, six] = field.of === 'family' ? [2n, 10n] : [0x0800n, 0x86ddn];
      const [v4, v6] = [four, six].map((value) => satisfies(op, value, values, false));
      if (v4 === v6) return v4 === true ? [] : [{ match: 'never', why: text }];
      return [isFamily(v4 === true ? 'ipv4' : 'ipv6')];
    }
    case 'device-type': {
      const lo = satisfies(op, 772n, values, false);
      const ether = satisfies(op, 1n, values, false);
      const others: Match[] = [
        { match: 'in-interface', names: ['lo'], not: true },
        { match: 'opaque', on: 'interface', text },
      ];
      if (!lo) return others;
      return ether ? [] : [{ match: 'in-interface', names: ['lo'] }];
    }
    case 'constant':
      return satisfies(op, through(steps, field.value, 0xffffffffn), values, false)
        ? []
        : [{ match: 'never', why: text }];
    default:
      return [{ match: 'opaque', on: 'other', text }];
  }
}

function protocol(steps: readonly Step[], op: Comparison, values: Values): readonly Match[] {
  const plain = steps.length === 0 && !values.all && values.ranges.every(([from, to]) => from === to);
  if (plain && (op === 'implied' || op === '==' || op === '!=')) {
    const protocols = values.ranges.map(([one]) => Number(one));
    return [{ match: 'protocol', protocols, ...(op === '!=' ? { not: true } : {}) }];
  }
  const numbers = Array.from({ length: 256 }, (_, value) => value).filter((value) =>
    satisfies(op, through(steps, BigInt(value), 255n), values, false),
  );
  return numbers.length > 128
    ? [{ match: 'protocol', protocols: complementOf(numbers), not: true }]
    : [{ match: 'protocol', protocols: numbers }];
}

const complementOf = (numbers: readonly number[]): readonly number[] => {
  const present = new Set(numbers);
  return Array.from({ length: 256 }, (_, value) => value).filter((value) => !present.has(value));
};

function ordered(op: Comparison, one: bigint, last: bigint): readonly Range[] {
  const range: Range =
    op === '<' ? [0n, one - 1n] : op === '<=' ? [0n, one] : op === '>' ? [one + 1n, last] : [one, last];
  return range[0] <= range[1] ? [range] : [];
}

function address(
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

function portsOf(steps: readonly Step[], op: Comparison, values: Values): readonly Range[] {
  const last = 65535n;
  const [first] = values.ranges;
  if (steps.length > 0) return portsThrough(steps, op, values);
  if (values.all) return op === '!=' ? [] : [[0n, last]];
  if (op === '!=' || op === '!') return complement(values.ranges, last);
  if (op === 'implied' || op === '==') return merged(values.ranges);
  return first === undefined ? [] : ordered(op, first[0], last);
}

function interfaces(
  side: 'in-interface' | 'out-interface',
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  text: string,
): readonly Match[] {
  if (steps.length > 0 || (op !== 'implied' && op !== '==' && op !== '!='))
    return [{ match: 'opaque', on: 'interface', text }];
  if (values.all) return op === '!=' ? [{ match: 'never', why: text }] : [];
  // A name that really ends in + would be read as a pattern further on.
  const strange = values.names.filter((name) => name.endsWith('+') || name.endsWith('\\*'));
  const not = op === '!=' ? { not: true as const } : {};
  if (strange.length === 0) return [{ match: side, names: values.names, ...not }];
  const plain = values.names.filter((name) => !strange.includes(name));
  const patterns = strange.map((name) => name.replace(/\\\*$/, '*'));
  const doubt: Match = { match: 'opaque', on: 'interface', text };
  return [
    {
      match: 'any',
      of: [[{ match: side, names: plain }], [{ match: side, names: patterns }, doubt]],
      ...not,
    },
  ];
}

function mark(
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

/** Whether it was rewritten is known; that it was looked at for rewriting (bits 7 and 8) follows only from that. */
function status(test: (value: bigint) => boolean, text: string): readonly Match[] {
  const rows = [0n, 16n].flatMap((snat) =>
    [0n, 32n].map((dnat) => {
      const done = [0n, 128n, 256n, 384n].filter(
        (bits) => (snat === 0n || (bits & 128n) !== 0n) && (dnat === 0n || (bits & 256n) !== 0n),
      );
      const answers = new Set(done.map((bits) => test(snat | dnat | bits)));
      return { snat: snat !== 0n, dnat: dnat !== 0n, answers };
    }),
  );
  if (rows.some(({ answers }) => answers.size > 1)) return [{ match: 'opaque', on: 'other', text }];
  const yes = rows.filter(({ answers }) => answers.has(true));
  if (yes.length === rows.length) return [];
  if (yes.length === 0) return [{ match: 'never', why: text }];
  const is = (name: 'dnat' | 'snat', on: boolean): Match => ({
    match: 'ct-status',
    status: name,
    ...(on ? {} : { not: true }),
  });
  for (const name of ['dnat', 'snat'] as const)
    for (const on of [true, false])
      if (yes.length === 2 && yes.every((row) => row[name] === on)) return [is(name, on)];
  return [{ match: 'any', of: yes.map((row) => [is('dnat', row.dnat), is('snat', row.snat)]) }];
}

function tcpFlags(
  steps: readonly Step[],
  op: Comparison,
  values: Values,
  flags: boolean,
  test: (value: bigint) => boolean,
): readonly Match[] {
  const [first] = values.ranges;
  const [step] = steps;
  const single = values.ranges.length === 1 && first !== undefined && first[0] === first[1] && !values.all;
  const masks = steps.length === 0 || (steps.length === 1 && step?.op === '&');
  if (single && masks) {
    const value = Number(first[0]);
    if (flags && op === 'implied') return [{ match: 'tcp-flags', mask: value & 63, value: 0, not: true }];
    if (op === '!') return [{ match: 'tcp-flags', mask: value & 63, value: 0 }];
    const mask = Number((step?.by ?? 63n) & 63n);
    if ((op === 'implied' || op === '==') && value < 64) return [{ match: 'tcp-flags', mask, value }];
    if (op === '!=' && value < 64) return [{ match: 'tcp-flags', mask, value, not: true }];
  }
  // Anything else is asked of the one set of flags that a first packet has.
  return [{ match: 'tcp-flags', mask: 63, value: 2, ...(test(2n) ? {} : { not: true }) }];
}
