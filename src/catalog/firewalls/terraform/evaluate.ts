/** Works out expressions of Terraform as far as the files say. What they do not say stays unresolved, in its words. */
import type { HclExpression } from '../../../lang/hcl/index.ts';
import {
  field,
  integerOf,
  isFields,
  isList,
  isUnresolved,
  type Lines,
  newFields,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import { functions } from './functions.ts';

/** What names stand for. */
export interface Scope {
  /** `var`, `local`, `each`, a resource type, … with the names that follow it. Nothing: not known. */
  readonly lookUp: (root: string, path: readonly string[]) => Value | undefined;
  readonly bound: ReadonlyMap<string, Value>;
  readonly lines: Lines;
  /** Steps that may still be made. */
  readonly budget: { left: number };
  readonly depth: number;
}

const mostDepth = 150;
const mostItems = 10_000;

const deeper = (scope: Scope): Scope => ({ ...scope, depth: scope.depth + 1 });
export const binding = (scope: Scope, bound: Iterable<readonly [string, Value]>): Scope => ({
  ...scope,
  bound: new Map([...scope.bound, ...bound]),
});

export function evaluate(expression: HclExpression, outer: Scope): Value {
  const open = unresolved(expression.text.replace(/\s+/g, ' '));
  if (outer.depth > mostDepth || outer.budget.left-- < 0) return open;
  const scope = deeper(outer);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'opaque':
      return open;
    case 'template': {
      const parts = expression.parts.map((part) => (typeof part === 'string' ? part : evaluate(part, scope)));
      const texts = parts.map((part) => textOf(part));
      return texts.includes(undefined) ? open : texts.join('').slice(0, 100_000);
    }
    case 'list': {
      const items = expression.items.map((item) => evaluate(item, scope));
      scope.lines.set(items, expression.line);
      return items;
    }
    case 'object': {
      const out = newFields();
      for (const [name, value] of expression.entries) {
        const key = textOf(evaluate(name, scope));
        if (key === undefined) return open;
        out[key] = evaluate(value, scope);
      }
      scope.lines.set(out, expression.line);
      return out;
    }
    case 'name':
      return scope.bound.get(expression.name) ?? open;
    case 'get':
    case 'index':
      return pick(expression, scope) ?? open;
    case 'splat': {
      const list = evaluate(expression.of, scope);
      if (isUnresolved(list)) return open;
      return (isList(list) ? list : list === null ? [] : [list]).map((one) =>
        expression.path.reduce<Value>(
          (here, name) => (isUnresolved(here) ? here : (field(here, name) ?? open)),
          one,
        ),
      );
    }
    case 'call':
      return call(expression, scope) ?? open;
    case 'conditional': {
      const test = evaluate(expression.test, scope);
      if (typeof test === 'boolean') return evaluate(test ? expression.yes : expression.no, scope);
      const [yes, no] = [evaluate(expression.yes, scope), evaluate(expression.no, scope)];
      return !isUnresolved(yes) && JSON.stringify(yes) === JSON.stringify(no) ? yes : open;
    }
    case 'unary': {
      const value = evaluate(expression.value, scope);
      if (expression.operator === '!') return typeof value === 'boolean' ? !value : open;
      return typeof value === 'number' ? -value : open;
    }
    case 'binary':
      return (
        binary(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope)) ??
        open
      );
    case 'for':
      return forEach(expression, scope) ?? open;
  }
}

function binary(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === '||' && (left === true || right === true)) return true;
  if (operator === '&&' && (left === false || right === false)) return false;
  if (isUnresolved(left) || isUnresolved(right)) return undefined;
  if (operator === '==' || operator === '!=')
    return (JSON.stringify(left) === JSON.stringify(right)) === (operator === '==');
  if (typeof left === 'boolean' && typeof right === 'boolean')
    return operator === '&&' ? left && right : left || right;
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? undefined : left / right;
    case '%':
      return right === 0 ? undefined : left % right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return undefined;
  }
}

/** The names of `a.b.c`, the root first; nothing where something else stands in it. */
function namesOf(expression: HclExpression): readonly string[] | undefined {
  const names: string[] = [];
  let here = expression;
  while (here.kind === 'get' && names.length < 50) {
    names.push(here.name);
    here = here.of;
  }
  return here.kind === 'name' ? [here.name, ...names.toReversed()] : undefined;
}

function pick(
  expression: Extract<HclExpression, { kind: 'get' | 'index' }>,
  scope: Scope,
): Value | undefined {
  const names = expression.kind === 'get' ? namesOf(expression) : undefined;
  const [root, ...path] = names ?? [];
  if (root !== undefined && !scope.bound.has(root)) return scope.lookUp(root, path);
  const of = evaluate(expression.of, scope);
  if (isUnresolved(of)) return undefined;
  if (expression.kind === 'get')
    return (
      field(of, expression.name) ?? (isFields(of) && Object.hasOwn(of, expression.name) ? null : undefined)
    );
  const key = evaluate(expression.key, scope);
  if (isUnresolved(key)) return undefined;
  return isList(of) ? of[integerOf(key) ?? -1] : field(of, textOf(key) ?? '');
}

function call(expression: Extract<HclExpression, { kind: 'call' }>, scope: Scope): Value | undefined {
  const { name, given, spread } = expression;
  const values = given.map((one) => evaluate(one, scope));
  if (name === 'try') return values.find((one) => !isUnresolved(one));
  const last = values.at(-1);
  const all = spread && isList(last) ? [...values.slice(0, -1), ...last] : values;
  if (all.length > mostItems || all.some((one) => isUnresolved(one)) || (spread && !isList(last))) {
    // Of lists put together what is known is known.
    const isJoining =
      ['concat', 'flatten', 'toset', 'tolist', 'distinct', 'compact'].includes(name) && !spread;
    return isJoining ? all.flatMap((one) => (isList(one) ? one : [one])) : undefined;
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  return known?.(all);
}

function forEach(expression: Extract<HclExpression, { kind: 'for' }>, scope: Scope): Value | undefined {
  const over = evaluate(expression.over, scope);
  if (isUnresolved(over) || expression.grouped) return undefined;
  const items = itemsOf(over);
  if (!items || items.length > mostItems) return undefined;
  const list: Value[] = [];
  const fields = newFields();
  for (const [name, value] of items) {
    const inner = binding(scope, [
      ...(expression.key === undefined ? [] : ([[expression.key, name]] as const)),
      [expression.value, value],
    ]);
    const wanted = expression.condition ? evaluate(expression.condition, inner) : true;
    if (isUnresolved(wanted)) return undefined;
    if (wanted !== true) continue;
    const result = evaluate(expression.result, inner);
    if (expression.keyResult === undefined) list.push(result);
    else {
      const key = textOf(evaluate(expression.keyResult, inner));
      if (key === undefined) return undefined;
      fields[key] = result;
    }
  }
  return expression.keyResult === undefined ? list : fields;
}

/** What a loop runs over: keys with values. */
export function itemsOf(value: Value): readonly (readonly [Value, Value])[] | undefined {
  if (isList(value)) return value.map((one, index) => [index, one]);
  return isFields(value) ? Object.entries(value) : undefined;
}
