/**
 * Expressions of ARM templates, `[concat(parameters('a'), '-nsg')]`, as far as they can be known without Azure:
 * parameters by their default, variables, and the plain functions. All else stays unresolved, as it is written.
 */
import {
  field,
  integerOf,
  isFields,
  isList,
  isUnresolved,
  type Lines,
  newFields,
  saying,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';

export interface Template {
  readonly parameters: Value | undefined;
  readonly variables: Value | undefined;
  readonly lines: Lines;
}

interface Scope extends Template {
  readonly index: number | undefined;
  /** How much may still be done: expressions that lead to expressions must end. */
  readonly budget: { left: number };
}

const mostSteps = 200_000;

/** The value with all expressions in it worked out; `index`: the place in a copy loop. */
export const resolveTemplate = (value: Value, template: Template, index?: number): Value =>
  resolve(value, { ...template, index, budget: { left: mostSteps } }, 0);

function resolve(value: Value, scope: Scope, depth: number): Value {
  if (scope.budget.left-- < 0 || depth > 60) return unresolved('more than is worked out');
  if (typeof value === 'string')
    return value.startsWith('[') && value.endsWith(']') ? expression(value, scope, depth) : value;
  if (isUnresolved(value) || typeof value !== 'object' || value === null) return value;
  const line = scope.lines.get(value);
  let out: Value;
  if (isList(value)) out = value.map((one) => resolve(one, scope, depth + 1));
  else {
    const fields = newFields();
    for (const [name, one] of Object.entries(value)) fields[name] = resolve(one, scope, depth + 1);
    out = fields;
  }
  if (line !== undefined) scope.lines.set(out, line);
  return out;
}

function expression(text: string, scope: Scope, depth: number): Value {
  if (text.startsWith('[[')) return text.slice(1);
  const state = { text: text.slice(1, -1), at: 0 };
  const value = term(state, scope, depth + 1);
  return value === undefined || state.at < state.text.length ? unresolved(text) : value;
}

interface State {
  readonly text: string;
  at: number;
}

const blanks = (state: State): void => {
  while (/\s/.test(state.text[state.at] ?? '')) state.at++;
};

/** A literal or a call, with what is picked out of it. Nothing: not understood. */
function term(state: State, scope: Scope, depth: number): Value | undefined {
  if (depth > 60 || scope.budget.left-- < 0) return undefined;
  blanks(state);
  const rest = state.text.slice(state.at, state.at + 2000);
  const literal = /^'((?:[^']|'')*)'/.exec(rest) ?? /^(-?\d{1,15})(?![\w.])/.exec(rest);
  let value: Value | undefined;
  if (literal) {
    state.at += literal[0].length;
    value = literal[0].startsWith("'") ? (literal[1] ?? '').replaceAll("''", "'") : Number(literal[1]);
  } else {
    const name = /^[A-Za-z_][\w.]*(?=\s*\()/.exec(rest)?.[0];
    if (name === undefined) return undefined;
    state.at = state.text.indexOf('(', state.at) + 1;
    const given: Value[] = [];
    blanks(state);
    while (state.text[state.at] !== ')') {
      const one = term(state, scope, depth + 1);
      if (one === undefined) return undefined;
      given.push(one);
      blanks(state);
      if (state.text[state.at] === ',') state.at++;
      else if (state.text[state.at] !== ')') return undefined;
    }
    state.at++;
    value = call(name.toLowerCase(), given, scope, depth);
  }
  for (blanks(state); value !== undefined; blanks(state)) {
    const property = /^\.([A-Za-z_]\w*)/.exec(state.text.slice(state.at, state.at + 200));
    if (property) {
      state.at += property[0].length;
      value = isUnresolved(value) ? value : field(value, property[1] ?? '');
    } else if (state.text[state.at] === '[') {
      state.at++;
      const key = term(state, scope, depth + 1);
      if (key === undefined || state.text[state.at] !== ']') return undefined;
      state.at++;
      value = pick(value, key);
    } else break;
  }
  return value;
}

function pick(value: Value, key: Value): Value | undefined {
  if (isUnresolved(value)) return value;
  if (isUnresolved(key)) return key;
  return isList(value) ? value[integerOf(key) ?? -1] : field(value, textOf(key) ?? '');
}

function call(name: string, given: readonly Value[], scope: Scope, depth: number): Value | undefined {
  const [first] = given;
  switch (name) {
    case 'parameters': {
      const known = field(field(scope.parameters, textOf(first) ?? ''), 'defaultValue');
      return known === undefined
        ? unresolved(`parameters('${saying(first)}')`)
        : resolve(known, scope, depth + 1);
    }
    case 'variables': {
      const known = field(scope.variables, textOf(first) ?? '');
      return known === undefined
        ? unresolved(`variables('${saying(first)}')`)
        : resolve(known, scope, depth + 1);
    }
    case 'copyindex':
      return scope.index === undefined ? undefined : scope.index + (integerOf(given.at(-1)) ?? 0);
    default:
  }
  const open = given.find((one) => isUnresolved(one));
  if (open) return unresolved(`${name}(${given.map(saying).join(', ')})`);
  switch (name) {
    case 'concat':
      if (given.every((one) => isList(one))) return given.flat();
      return given.map((one) => textOf(one) ?? '').join('');
    case 'createarray':
    case 'array':
      return name === 'array' && isList(first) ? first : given;
    case 'length':
      if (isList(first) || typeof first === 'string') return first.length;
      return isFields(first) ? Object.keys(first).length : undefined;
    case 'string':
      return textOf(first);
    case 'int':
      return integerOf(first);
    case 'tolower':
      return textOf(first)?.toLowerCase();
    case 'toupper':
      return textOf(first)?.toUpperCase();
    case 'true':
      return true;
    case 'false':
      return false;
    case 'not':
      return typeof first === 'boolean' ? !first : undefined;
    case 'equals':
      return JSON.stringify(given[0]) === JSON.stringify(given[1]);
    case 'if':
      return typeof first === 'boolean' ? given[first ? 1 : 2] : undefined;
    default:
      return unresolved(`${name}(${given.map(saying).join(', ')})`);
  }
}
