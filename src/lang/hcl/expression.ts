import { type Cursor, placed } from './cursor.ts';
import type { HclExpression } from './syntax.ts';
import { heredoc, quoted } from './template.ts';

const mostDepth = 100;

/** One expression. `inside`: within brackets, where line ends mean nothing. */
export function expression(cursor: Cursor, inside: boolean, depth: number): HclExpression {
  const from = cursor.at;
  if (depth > mostDepth) cursor.fail(`nested more than ${mostDepth} deep`);
  if (cursor.failure) return nothing(cursor);
  const test = binary(cursor, inside, depth + 1, 0);
  cursor.skip(inside);
  if (!cursor.take('?')) return test;
  cursor.skip(true);
  const yes = expression(cursor, inside, depth + 1);
  cursor.skip(true);
  cursor.expect(':');
  cursor.skip(true);
  const no = expression(cursor, inside, depth + 1);
  return { kind: 'conditional', test, yes, no, ...placed(cursor, from) };
}

const nothing = (cursor: Cursor): HclExpression => ({ kind: 'opaque', ...placed(cursor, cursor.at) });

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

function binary(cursor: Cursor, inside: boolean, depth: number, level: number): HclExpression {
  const from = cursor.at;
  const operators = levels[level];
  if (!operators) return unary(cursor, inside, depth);
  let left = binary(cursor, inside, depth, level + 1);
  for (let count = 0; count < 10_000; count++) {
    cursor.skip(inside);
    // `=>` belongs to what is around, and `//` is a comment.
    const operator = operators.find((one) => cursor.sees(one) && !cursor.sees('=>'));
    if (operator === undefined || cursor.failure) return left;
    cursor.at += operator.length;
    cursor.skip(true);
    const right = binary(cursor, inside, depth, level + 1);
    left = { kind: 'binary', operator, left, right, ...placed(cursor, from) };
  }
  cursor.fail('more operators than are read');
  return left;
}

function unary(cursor: Cursor, inside: boolean, depth: number): HclExpression {
  const from = cursor.at;
  const operator = cursor.sees('!') ? '!' : cursor.sees('-') ? '-' : undefined;
  if (operator === undefined) return followed(cursor, primary(cursor, depth), from, inside, depth);
  if (depth > mostDepth) cursor.fail(`nested more than ${mostDepth} deep`);
  cursor.at++;
  cursor.skip(inside);
  if (cursor.failure) return nothing(cursor);
  const value = unary(cursor, inside, depth + 1);
  return { kind: 'unary', operator, value, ...placed(cursor, from) };
}

/** What is picked out of it: `.name`, `[key]`, `[*]`, `.*`, `.0`. */
function followed(
  cursor: Cursor,
  first: HclExpression,
  from: number,
  inside: boolean,
  depth: number,
): HclExpression {
  let value = first;
  while (!cursor.failure) {
    if (inside) {
      const here = cursor.at;
      cursor.skip(true);
      if (!cursor.sees('.') || cursor.sees('...')) cursor.at = here;
    }
    if (cursor.sees('...')) return value;
    if (cursor.take('.*') || cursor.take('[*]')) {
      const path: string[] = [];
      while (cursor.sees('.') && !cursor.sees('...')) {
        cursor.at++;
        const name = cursor.name();
        if (name === undefined) cursor.fail('a name is missing');
        else path.push(name);
      }
      value = { kind: 'splat', of: value, path, ...placed(cursor, from) };
    } else if (cursor.take('.')) {
      const number = /^\d{1,9}/.exec(cursor.text.slice(cursor.at, cursor.at + 9))?.[0];
      if (number !== undefined) {
        const key: HclExpression = { kind: 'literal', value: Number(number), ...placed(cursor, cursor.at) };
        cursor.at += number.length;
        value = { kind: 'index', of: value, key, ...placed(cursor, from) };
        continue;
      }
      const name = cursor.name();
      if (name === undefined) cursor.fail('a name is missing');
      else value = { kind: 'get', of: value, name, ...placed(cursor, from) };
    } else if (cursor.take('[')) {
      cursor.skip(true);
      const key = expression(cursor, true, depth + 1);
      cursor.skip(true);
      cursor.expect(']');
      value = { kind: 'index', of: value, key, ...placed(cursor, from) };
    } else return value;
  }
  return value;
}

function primary(cursor: Cursor, depth: number): HclExpression {
  const from = cursor.at;
  if (cursor.sees('"')) return quoted(cursor, depth, expression);
  if (cursor.sees('<<')) return heredoc(cursor);
  if (cursor.take('(')) {
    cursor.skip(true);
    const value = expression(cursor, true, depth + 1);
    cursor.skip(true);
    cursor.expect(')');
    return value;
  }
  if (cursor.take('[')) return isFor(cursor) ? forEach(cursor, from, ']', depth) : list(cursor, from, depth);
  if (cursor.take('{'))
    return isFor(cursor) ? forEach(cursor, from, '}', depth) : object(cursor, from, depth);
  const number = /^\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?/.exec(
    cursor.text.slice(cursor.at, cursor.at + 90),
  )?.[0];
  if (number !== undefined) {
    cursor.at += number.length;
    return { kind: 'literal', value: Number(number), ...placed(cursor, from) };
  }
  const name = cursor.name();
  if (name === undefined) {
    cursor.fail(cursor.ended ? 'the file ends too early' : 'an expression is missing');
    return nothing(cursor);
  }
  const literals: Readonly<Record<string, null | boolean>> = { true: true, false: false, null: null };
  if (Object.hasOwn(literals, name))
    return { kind: 'literal', value: literals[name] ?? null, ...placed(cursor, from) };
  if (cursor.sees('(') || cursor.sees('::')) return call(cursor, name, from, depth);
  return { kind: 'name', name, ...placed(cursor, from) };
}

function call(cursor: Cursor, first: string, from: number, depth: number): HclExpression {
  let name = first;
  while (cursor.take('::')) name += `::${cursor.name() ?? ''}`;
  cursor.expect('(');
  const given: HclExpression[] = [];
  let spread = false;
  for (cursor.skip(true); !cursor.failure && !cursor.take(')'); cursor.skip(true)) {
    given.push(expression(cursor, true, depth + 1));
    cursor.skip(true);
    if (cursor.take('...')) spread = true;
    cursor.skip(true);
    if (!cursor.take(',') && !cursor.sees(')')) cursor.fail('a comma or ) is missing');
  }
  return { kind: 'call', name, given, spread, ...placed(cursor, from) };
}

function list(cursor: Cursor, from: number, depth: number): HclExpression {
  const items: HclExpression[] = [];
  for (cursor.skip(true); !cursor.failure && !cursor.take(']'); cursor.skip(true)) {
    items.push(expression(cursor, true, depth + 1));
    cursor.skip(true);
    if (!cursor.take(',') && !cursor.sees(']')) cursor.fail('a comma or ] is missing');
  }
  return { kind: 'list', items, ...placed(cursor, from) };
}

function object(cursor: Cursor, from: number, depth: number): HclExpression {
  const entries: (readonly [HclExpression, HclExpression])[] = [];
  for (cursor.skip(true); !cursor.failure && !cursor.take('}'); cursor.skip(true)) {
    const start = cursor.at;
    const name = cursor.name();
    let key: HclExpression;
    cursor.skip(false);
    // A name alone is a text; in brackets, or with more to it, it is an expression.
    if (name !== undefined && (cursor.sees('=') || cursor.sees(':')) && !cursor.sees('=='))
      key = { kind: 'literal', value: name, ...placed(cursor, start) };
    else {
      cursor.at = cursor.failure ? cursor.at : start;
      key = expression(cursor, false, depth + 1);
    }
    cursor.skip(true);
    if (!cursor.take('=') && !cursor.take(':')) cursor.fail('= is missing');
    cursor.skip(true);
    entries.push([key, expression(cursor, false, depth + 1)]);
    cursor.skip(false);
    if (!cursor.take(',') && !cursor.sees('\n') && !cursor.sees('}')) cursor.fail('a comma or } is missing');
  }
  return { kind: 'object', entries, ...placed(cursor, from) };
}

function isFor(cursor: Cursor): boolean {
  const here = cursor.at;
  cursor.skip(true);
  const yes = cursor.name() === 'for' && /^\s/.test(cursor.text[cursor.at] ?? '');
  cursor.at = cursor.failure ? cursor.at : here;
  return yes;
}

function forEach(cursor: Cursor, from: number, end: ']' | '}', depth: number): HclExpression {
  cursor.skip(true);
  cursor.name();
  const names: string[] = [];
  do {
    cursor.skip(true);
    names.push(cursor.name() ?? '');
    cursor.skip(true);
  } while (cursor.take(',') && names.length < 2);
  if (cursor.name() !== 'in') cursor.fail('in is missing');
  cursor.skip(true);
  const over = expression(cursor, true, depth + 1);
  cursor.skip(true);
  cursor.expect(':');
  cursor.skip(true);
  let result = expression(cursor, true, depth + 1);
  cursor.skip(true);
  let keyResult: HclExpression | undefined;
  if (cursor.take('=>')) {
    keyResult = result;
    cursor.skip(true);
    result = expression(cursor, true, depth + 1);
    cursor.skip(true);
  }
  const grouped = cursor.take('...');
  cursor.skip(true);
  let condition: HclExpression | undefined;
  if (cursor.sees('if')) {
    cursor.at += 2;
    cursor.skip(true);
    condition = expression(cursor, true, depth + 1);
    cursor.skip(true);
  }
  cursor.expect(end);
  return {
    kind: 'for',
    key: names.length > 1 ? names[0] : undefined,
    value: names.at(-1) ?? '',
    over,
    keyResult,
    result,
    condition,
    grouped,
    ...placed(cursor, from),
  };
}
