/** What the right side of a match stands for, once its words are looked up for the field that they are compared with. */
import { addressSet, lastOf, overlap, parseAddress, type Range, sizeOfRanges, sizeOfSet } from './ranges.ts';
import type { AddressSet } from '../../../lang/packets/index.ts';
import { type Field, wordsOf } from './field.ts';
import { printExpression } from './print-expression.ts';
import type { Elements, Expression, NftTable } from './syntax.ts';

export interface Values {
  readonly ranges: readonly Range[];
  readonly packed: readonly number[];
  readonly names: readonly string[];
  /** Members come and go by themselves: there may be more than these. */
  readonly open: boolean;
  /** Some of it could not be understood. */
  readonly unclear: boolean;
  /** `*`, or a range that leaves nothing out. */
  readonly all: boolean;
  readonly addresses?: AddressSet;
}

/** Where names are looked up, and where what is wrong is told. */
export interface Scope {
  readonly table: NftTable;
  readonly problem: (reason: string) => void;
  readonly known: Map<string, Values>;
  readonly literals: WeakMap<Elements, Map<string, Values>>;
}

const nothing: Values = { ranges: [], packed: [], names: [], open: false, unclear: false, all: false };
const unclear: Values = { ...nothing, unclear: true };

const sizeOf = (field: Field): bigint => {
  if (field.of === 'address') return lastOf(field.family);
  if (field.of === 'port') return 65535n;
  if (field.of === 'protocol' || field.of === 'tcp-flags') return 255n;
  return 0xffffffffn;
};

/** A single number; `undefined` where the expression is none, or its word means nothing to the field. */
export function numberOf(expression: Expression, field: Field): bigint | undefined {
  switch (expression.is) {
    case 'number':
      return BigInt(expression.value);
    case 'word': {
      const { word } = expression;
      if (field.of === 'address') {
        const address = parseAddress(word === 'localhost' ? '127.0.0.1' : word);
        return address?.family === field.family ? address.value : undefined;
      }
      const meant = wordsOf(field)?.get(word);
      if (meant !== undefined) return BigInt(meant);
      if (/^(?:0x[0-9a-fA-F]{1,32}|[0-9]{1,39})$/.test(word)) return BigInt(word);
      const address = parseAddress(word);
      return address?.value;
    }
    case 'list': {
      if (field.of !== 'ct-state' && field.of !== 'ct-status' && field.of !== 'tcp-flags') return undefined;
      let bits = 0n;
      for (const item of expression.items) {
        const value = numberOf(item, field);
        if (value === undefined) return undefined;
        bits |= value;
      }
      return bits;
    }
    case 'binary': {
      const left = numberOf(expression.left, field);
      const right = numberOf(expression.right, field);
      if (left === undefined || right === undefined) return undefined;
      return combine(expression.op, left, right, sizeOf(field));
    }
    default:
      return undefined;
  }
}

export function combine(
  op: '&' | '|' | '^' | '<<' | '>>',
  left: bigint,
  right: bigint,
  last: bigint,
): bigint {
  switch (op) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return right > 128n ? 0n : (left << right) & last;
    case '>>':
      return right > 128n ? 0n : left >> right;
  }
}

export function valuesOf(expression: Expression, field: Field, scope: Scope): Values {
  switch (expression.is) {
    case 'set':
      return ofLiteral(expression.elements, field, scope);
    case 'named':
      return ofNamed(expression.name, field, scope);
    case 'prefix': {
      const value = numberOf(expression.address, field);
      const bits = sizeOf(field).toString(2).length;
      if (value === undefined) return wrong(expression.address, field, scope);
      if (expression.length < 0 || expression.length > bits) {
        scope.problem(`a prefix of /${expression.length} is too long for ${bits} bits`);
        return unclear;
      }
      const free = (1n << BigInt(bits - expression.length)) - 1n;
      return { ...nothing, ranges: [[value & ~free, value | free]] };
    }
    case 'range': {
      const from = numberOf(expression.from, field);
      const to = numberOf(expression.to, field);
      if (from === undefined) return wrong(expression.from, field, scope);
      if (to === undefined) return wrong(expression.to, field, scope);
      if (from > to) {
        scope.problem('a range ends before it begins');
        return unclear;
      }
      return inside(to, field, scope) ? { ...nothing, ranges: [[from, to]] } : unclear;
    }
    case 'word':
      if (expression.word === '*' && expression.quoted !== true) return { ...nothing, all: true };
      if (field.of === 'interface') {
        if (expression.word.length > 15)
          scope.problem(`${expression.word} is too long for the name of an interface`);
        return { ...nothing, names: [expression.word] };
      }
      break;
    case 'number':
      if (field.of === 'interface') return expression.value === 1 ? { ...nothing, names: ['lo'] } : unclear;
      break;
    default:
      break;
  }
  const value = numberOf(expression, field);
  if (value === undefined) return wrong(expression, field, scope);
  return inside(value, field, scope) ? { ...nothing, ranges: [[value, value]] } : unclear;
}

function inside(value: bigint, field: Field, scope: Scope): boolean {
  if (value <= sizeOf(field)) return true;
  scope.problem(`${value} is out of range`);
  return false;
}

function wrong(expression: Expression, field: Field, scope: Scope): Values {
  if (expression.is === 'list')
    scope.problem(`${printExpression(expression)}: a list without braces is for flags only`);
  // A host name is asked of the resolver when the rules are loaded: what it will say is not known.
  if (expression.is === 'word') {
    if (field.of === 'address' && parseAddress(expression.word) === undefined)
      scope.problem(`${expression.word} is a name, which is resolved when the rules are loaded`);
    else if (field.of !== 'opaque' && field.of !== 'interface')
      scope.problem(`${expression.word} is not a value that can stand here`);
  }
  return unclear;
}

const fieldKey = (field: Field): string =>
  field.of === 'address' ? field.family : field.of === 'constant' ? 'constant' : field.of;

/** A variable stands for the same elements wherever it is used: they are read once. */
function ofLiteral(elements: Elements, field: Field, scope: Scope): Values {
  if (elements.packed.length + elements.list.length < 64) return ofElements(elements, field, scope, false);
  let known = scope.literals.get(elements);
  if (known === undefined) {
    known = new Map();
    scope.literals.set(elements, known);
  }
  const key = fieldKey(field);
  const values = known.get(key) ?? ofElements(elements, field, scope, false);
  known.set(key, values);
  return values;
}

function ofNamed(name: string, field: Field, scope: Scope): Values {
  const key = `${name} ${fieldKey(field)}`;
  const known = scope.known.get(key);
  if (known !== undefined) return known;
  const set = scope.table.sets.get(name);
  if (set === undefined) {
    scope.problem(`there is no set ${name} in table ${scope.table.family} ${scope.table.name}`);
    return unclear;
  }
  const values = ofElements(set.elements, field, scope, set.dynamic);
  if (!set.merges && field.of === 'address') {
    const { ranges, packed, addresses } = values;
    // As many addresses as all ranges have together: then none is in two of them, and nothing need be sorted.
    if (
      addresses !== undefined &&
      sizeOfRanges(ranges, packed) !== sizeOfSet(addresses) &&
      overlap(ranges, packed)
    )
      scope.problem(`elements of set ${name} overlap`);
  }
  scope.known.set(key, values);
  return values;
}

function ofElements(elements: Elements, field: Field, scope: Scope, dynamic: boolean): Values {
  const ranges: Range[] = [];
  const names: string[] = [];
  let packed = elements.packed;
  let [open, vague, all] = [dynamic, false, false];
  if (packed.length > 0 && (field.of !== 'address' || field.family !== 'ipv4')) {
    scope.problem('IPv4 addresses cannot stand here');
    vague = true;
    packed = [];
  }
  for (const element of elements.list) {
    // What leaves by itself, or is bound to a rate, may be there and may not.
    if (element.bound === true || (element.timeout === true && dynamic)) {
      open = true;
      continue;
    }
    const values = valuesOf(element.key, field, scope);
    if (values.packed.length > 0) packed = [...packed, ...values.packed];
    for (const range of values.ranges) ranges.push(range);
    for (const name of values.names) names.push(name);
    open ||= values.open;
    vague ||= values.unclear;
    all ||= values.all;
  }
  const values = { ranges, packed, names, open, unclear: vague, all };
  return field.of === 'address' ? { ...values, addresses: addressSet(field.family, ranges, packed) } : values;
}
