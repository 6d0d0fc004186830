/**
 * `$NAME` and `${NAME:-default}` in values of compose files. A name that nobody gave a value is not known, unless the
 * environment is said to be complete; its default is what counts then.
 */
import {
  isList,
  isUnresolved,
  type Lines,
  newFields,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import type { ComposeContext } from './context.ts';

const mostDepth = 8;

/** A text with all variables put in. */
export function interpolate(text: string, context: ComposeContext, depth = 0): Value {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('$', at);
    if (next < 0) break;
    out += text.slice(at, next);
    at = next + 1;
    if (text[at] === '$') {
      out += '$';
      at++;
      continue;
    }
    const braced = text[at] === '{';
    const end = braced
      ? closing(text, at)
      : at + (/^[A-Za-z_]\w*/.exec(text.slice(at, at + 200))?.[0].length ?? 0);
    if (end <= at) {
      out += '$';
      continue;
    }
    const value = braced
      ? braces(text.slice(at + 1, end), context, depth)
      : plain(text.slice(at, end), context);
    if (isUnresolved(value)) return unresolved(text);
    out += value;
    at = braced ? end + 1 : end;
  }
  return out + text.slice(at);
}

function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

const given = (name: string, { environment }: ComposeContext): string | undefined =>
  environment && Object.hasOwn(environment, name) ? environment[name] : undefined;

const plain = (name: string, context: ComposeContext): string | ReturnType<typeof unresolved> =>
  given(name, context) ?? (context.complete ? '' : unresolved(`\${${name}}`));

function braces(
  inner: string,
  context: ComposeContext,
  depth: number,
): string | ReturnType<typeof unresolved> {
  const parts = /^([A-Za-z_]\w*)(:?[-+?])?/.exec(inner.slice(0, 200));
  const name = parts?.[1] ?? '';
  const mark = parts?.[2];
  if (!parts || (mark === undefined && name.length < inner.length) || depth > mostDepth)
    return unresolved(`\${${inner}}`);
  if (mark === undefined) return plain(name, context);
  const value = given(name, context);
  const isSet = value !== undefined && (value !== '' || !mark.startsWith(':'));
  const word = (): string | ReturnType<typeof unresolved> => {
    const read = interpolate(inner.slice(name.length + mark.length), context, depth + 1);
    return isUnresolved(read) ? read : (textOf(read) ?? '');
  };
  if (mark.endsWith('-')) return isSet ? (value ?? '') : word();
  if (mark.endsWith('+')) return isSet ? word() : context.complete ? '' : unresolved(`\${${inner}}`);
  return isSet ? (value ?? '') : unresolved(`\${${inner}}`);
}

/** All texts in a value. What stands in names is not touched, as compose does it. */
export function interpolateAll(
  value: Value,
  context: ComposeContext,
  lines: Lines,
  memo = new Map<object, Value>(),
): Value {
  if (typeof value === 'string') return value.includes('$') ? interpolate(value, context) : value;
  if (typeof value !== 'object' || value === null || isUnresolved(value)) return value;
  const known = memo.get(value);
  if (known !== undefined) return known;
  let out: Value;
  if (isList(value)) out = value.map((one) => interpolateAll(one, context, lines, memo));
  else {
    const fields = newFields();
    for (const [name, one] of Object.entries(value)) fields[name] = interpolateAll(one, context, lines, memo);
    out = fields;
  }
  memo.set(value, out);
  const line = lines.get(value);
  if (line !== undefined) lines.set(out, line);
  return out;
}
