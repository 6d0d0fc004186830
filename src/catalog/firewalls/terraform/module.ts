/** The resources of one folder of HCL files, as far as its variables and locals say what they are. */
import {
  type HclBlock,
  type HclBody,
  type HclExpression,
  parseHcl,
  parseHclTemplate,
} from '../../../lang/hcl/index.ts';
import {
  type CloudDocument,
  field,
  isFields,
  isList,
  isUnresolved,
  type Lines,
  newFields,
  type Problems,
  readJson,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import { binding, evaluate, itemsOf, type Scope } from './evaluate.ts';
import { isOfInterest, type Resource } from './resource.ts';

const mostInstances = 256;
const mostSteps = 500_000;

interface Declared {
  readonly block: HclBlock;
  readonly file: string | undefined;
}

export interface HclModule {
  readonly resources: readonly Resource[];
  /** Files of which a part could not be read. */
  readonly unread: readonly { readonly file?: string; readonly line: number; readonly text: string }[];
}

export function readModule(
  documents: readonly CloudDocument[],
  given: Readonly<Record<string, Value>>,
  problems: Problems,
): HclModule {
  const lines: Lines = new WeakMap();
  const declared: Declared[] = [];
  const assigned: HclBody[] = [];
  const unread: HclModule['unread'][number][] = [];
  for (const { text, file } of documents) {
    const json = text.trimStart().startsWith('{');
    const { body, wrong } = json ? bodyOfJson(text) : bodyOfHcl(text);
    for (const { line, column, reason } of wrong) {
      const at = { ...(file === undefined ? {} : { file }), line, text: `column ${column}` };
      problems.add(at, reason, true);
      unread.push(at);
    }
    if (file && /\.tfvars(?:\.json)?$/.test(file)) assigned.push(body);
    else declared.push(...body.blocks.map((block) => ({ block, file })));
  }
  const scope = scopeOf(declared, assigned, given, lines);
  return {
    resources: declared
      .filter(({ block }) => block.type === 'resource' && isOfInterest(block.labels[0] ?? ''))
      .flatMap((one) => instancesOf(one, scope)),
    unread,
  };
}

type Wrong = readonly { readonly line: number; readonly column: number; readonly reason: string }[];

function bodyOfHcl(text: string): { readonly body: HclBody; readonly wrong: Wrong } {
  const { body, problems } = parseHcl(text);
  return { body, wrong: problems };
}

/** The JSON syntax of Terraform: what stands in braces three deep are blocks, all below it attributes. */
function bodyOfJson(text: string): { readonly body: HclBody; readonly wrong: Wrong } {
  const { value, lines, problems } = readJson(text);
  const lineOf = (one: Value): number =>
    typeof one === 'object' && one !== null ? (lines.get(one) ?? 1) : 1;
  const expression = (one: Value, depth: number): HclExpression => {
    const place = { line: lineOf(one), text: JSON.stringify(one)?.slice(0, 200) ?? '' };
    if (depth > 50 || isUnresolved(one)) return { kind: 'opaque', ...place };
    if (typeof one === 'string') return { ...parseHclTemplate(one), line: place.line };
    if (isList(one)) return { kind: 'list', items: one.map((item) => expression(item, depth + 1)), ...place };
    if (!isFields(one)) return { kind: 'literal', value: one, ...place };
    return {
      kind: 'object',
      entries: Object.entries(one).map(
        ([name, inner]) =>
          [{ kind: 'literal', value: name, ...place }, expression(inner, depth + 1)] as const,
      ),
      ...place,
    };
  };
  const blockOf = (type: string, labels: readonly string[], one: Value): readonly HclBlock[] =>
    (isList(one) ? one : [one])
      .filter((body) => isFields(body))
      .map((body) => ({
        type,
        labels,
        line: lineOf(body),
        body: {
          blocks: [],
          attributes: Object.entries(body).map(([name, inner]) => ({
            name,
            value: expression(inner, 0),
            line: lineOf(inner),
          })),
        },
      }));
  const entries = (one: Value | undefined): readonly (readonly [string, Value])[] =>
    (isList(one) ? one : [one]).flatMap((body) => (isFields(body) ? Object.entries(body) : []));
  return {
    body: {
      attributes: [],
      blocks: [
        ...entries(field(value, 'resource')).flatMap(([type, named]) =>
          entries(named).flatMap(([name, one]) => blockOf('resource', [type, name], one)),
        ),
        ...entries(field(value, 'variable')).flatMap(([name, one]) => blockOf('variable', [name], one)),
        ...blockOf('locals', [], field(value, 'locals') ?? null),
      ],
    },
    wrong: problems.filter(({ fatal }) => fatal),
  };
}

const attribute = (body: HclBody, name: string): HclExpression | undefined =>
  body.attributes.find((one) => one.name === name)?.value;

function scopeOf(
  declared: readonly Declared[],
  assigned: readonly HclBody[],
  given: Readonly<Record<string, Value>>,
  lines: Lines,
): Scope {
  const budget = { left: mostSteps };
  const locals = new Map<string, HclExpression>();
  const defaults = new Map<string, HclExpression>();
  const resources = new Map<string, HclBlock>();
  for (const { block } of declared) {
    if (block.type === 'locals') for (const { name, value } of block.body.attributes) locals.set(name, value);
    const value = attribute(block.body, 'default');
    if (block.type === 'variable' && value) defaults.set(block.labels[0] ?? '', value);
    if (block.type === 'resource') resources.set(block.labels.join('.'), block);
  }
  for (const body of assigned) for (const { name, value } of body.attributes) defaults.set(name, value);
  const known = new Map<string, Value | undefined>();
  const plain = (depth: number): Scope => ({
    lookUp: (root, path) => lookUp(root, path, depth),
    bound: new Map(),
    lines,
    budget,
    depth,
  });
  const once = (key: string, expression: HclExpression | undefined, depth: number): Value | undefined => {
    if (known.has(key)) return known.get(key);
    // What leads back to itself finds nothing.
    known.set(key, undefined);
    const value = expression && evaluate(expression, plain(depth + 1));
    known.set(key, value);
    return value;
  };
  const down = (value: Value | undefined, path: readonly string[]): Value | undefined =>
    path.reduce<Value | undefined>((here, name) => (isUnresolved(here) ? here : field(here, name)), value);
  const lookUp = (
    root: string,
    [name = '', ...path]: readonly string[],
    depth: number,
  ): Value | undefined => {
    if (root === 'var')
      return down(
        Object.hasOwn(given, name) ? given[name] : once(`var.${name}`, defaults.get(name), depth),
        path,
      );
    if (root === 'local') return down(once(`local.${name}`, locals.get(name), depth), path);
    const [first = '', ...rest] = path;
    const block = resources.get(`${root}.${name}`);
    // Where there are several of it, it is a list.
    if (!block || attribute(block.body, 'count') || attribute(block.body, 'for_each') || first === 'id')
      return undefined;
    return down(once(`${root}.${name}.${first}`, attribute(block.body, first), depth), rest);
  };
  return plain(0);
}

function instancesOf({ block, file }: Declared, scope: Scope): readonly Resource[] {
  const address = block.labels.join('.');
  const type = block.labels[0] ?? '';
  const make = (inner: Scope, suffix: string, onlyIf?: string): Resource => ({
    type,
    address: `${address}${suffix}`,
    values: fieldsOfBody(block.body, inner, block.line),
    lines: scope.lines,
    ...(file === undefined ? {} : { file }),
    ...(onlyIf === undefined ? {} : { onlyIf }),
  });
  const countExpression = attribute(block.body, 'count');
  const eachExpression = attribute(block.body, 'for_each');
  if (countExpression) {
    const count = evaluate(countExpression, scope);
    const number = typeof count === 'boolean' ? Number(count) : Number(textOf(count));
    if (isUnresolved(count) || !Number.isInteger(number) || number > mostInstances)
      return [
        make(
          withLoop(scope, 'count', { index: unresolved('count.index') }),
          '',
          `count = ${countExpression.text}`,
        ),
      ];
    return Array.from({ length: Math.max(0, number) }, (_, index) =>
      make(withLoop(scope, 'count', { index }), `[${index}]`),
    );
  }
  if (!eachExpression) return [make(scope, '')];
  const over = evaluate(eachExpression, scope);
  const items =
    isUnresolved(over) || (isList(over) && over.some((one) => isUnresolved(one))) ? undefined : itemsOf(over);
  if (!items || items.length > mostInstances)
    return [
      make(
        withLoop(scope, 'each', { key: unresolved('each.key'), value: unresolved('each.value') }),
        '',
        `for_each = ${eachExpression.text}`,
      ),
    ];
  return items.map(([key, value]) => {
    // Of a set key and value are the same.
    const own = isList(over) ? value : key;
    return make(withLoop(scope, 'each', { key: own, value }), `["${textOf(own) ?? ''}"]`);
  });
}

function withLoop(scope: Scope, name: string, values: Readonly<Record<string, Value>>): Scope {
  const fields = newFields();
  for (const [key, value] of Object.entries(values)) fields[key] = value;
  return binding(scope, [[name, fields]]);
}

/** Attributes and blocks as one object. */
function fieldsOfBody(body: HclBody, scope: Scope, line: number): Value {
  const out = newFields();
  const lists = new Map<string, Value[]>();
  const add = (type: string, value: Value): void => {
    const list = lists.get(type);
    if (list) list.push(value);
    else lists.set(type, [value]);
  };
  for (const { name, value } of body.attributes) out[name] = evaluate(value, scope);
  for (const block of body.blocks) {
    if (block.type === 'dynamic') for (const one of dynamic(block, scope)) add(block.labels[0] ?? '', one);
    else add(block.type, fieldsOfBody(block.body, scope, block.line));
  }
  for (const [type, list] of lists) out[type] = list;
  scope.lines.set(out, line);
  return out;
}

/** A block that is made once for each item. */
function dynamic(block: HclBlock, scope: Scope): readonly Value[] {
  const content = block.body.blocks.find(({ type }) => type === 'content');
  const expression = attribute(block.body, 'for_each');
  const iterator = attribute(block.body, 'iterator');
  const name = iterator?.kind === 'name' ? iterator.name : (block.labels[0] ?? '');
  if (!content || !expression) return [unresolved(`dynamic ${block.labels[0] ?? ''}`)];
  const over = evaluate(expression, scope);
  const items = isUnresolved(over) ? undefined : itemsOf(over);
  const make = (key: Value, value: Value, onlyIf?: string): Value => {
    const made = fieldsOfBody(content.body, withLoop(scope, name, { key, value }), content.line);
    if (onlyIf !== undefined && isFields(made))
      return Object.assign(newFields(), made, { '(only if)': unresolved(onlyIf) });
    return made;
  };
  if (!items || items.length > mostInstances)
    return [make(unresolved(`${name}.key`), unresolved(`${name}.value`), `for_each = ${expression.text}`)];
  return items.map(([key, value]) =>
    isUnresolved(value) ? make(key, value, value.text) : make(isList(over) ? value : key, value),
  );
}
