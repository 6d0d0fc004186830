/**
 * YAML with the line of every mapping and list. An anchor is converted once, however often it is used; what all its
 * uses amount to is bounded, since a few lines of aliases can stand for more than any memory holds.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import { type ReadDocument, type ReadProblem, readJson } from './read-json.ts';
import { isFields, isList, type Lines, newFields, saying, textOf, unresolved, type Value } from './value.ts';

/** Longer texts are not read: no manifest of people's is near it, and kubectl prints JSON as well. */
const mostText = 16_000_000;
const mostValues = 2_000_000;
const mostDepth = 100;

interface Conversion {
  readonly lines: Lines;
  readonly counter: LineCounter;
  readonly known: Map<Node, { readonly value: Value; readonly size: number }>;
  readonly problem: (node: Node | undefined, reason: string, fatal: boolean) => void;
  /** What an alias of this name stands for: the last one before it in the text, which is the order of conversion. */
  readonly anchors: Map<string, Node>;
  /** Collections that are being converted, to see one that holds itself. */
  readonly inside: Set<Node>;
}

/**
 * All documents of a text of YAML, or one of JSON. Never throws. Tags of compose (`!reset`, `!override`) stand as an
 * object with the tag as its only name.
 *
 * @example readYaml('a: [1]\n---\nb: 2\n').map(({ value }) => value) // [{ a: [1] }, { b: 2 }]
 */
export function readYaml(text: string): readonly ReadDocument[] {
  if (text.trimStart().startsWith('{')) {
    const json = readJson(text);
    if (json.value !== undefined || text.length > 100_000) return [json];
  }
  const failed = (reason: string): readonly ReadDocument[] => [
    { lines: new WeakMap(), problems: [{ line: 1, column: 1, reason, fatal: true }] },
  ];
  if (text.length > mostText) return failed('too long to be read as YAML');
  if (nestsTooDeep(text)) return failed(`nested more than ${mostDepth} deep`);
  const counter = new LineCounter();
  const isTemplate = /^\s*\{\{-? /m.test(text.slice(0, 100_000));
  try {
    const read = parseAllDocuments(text, {
      lineCounter: counter,
      keepSourceTokens: false,
      logLevel: 'silent',
      uniqueKeys: false,
    });
    const documents = Array.isArray(read) ? (read as readonly Document[]) : [];
    const converted = documents.map((document) => convertDocument(document, counter));
    return isTemplate && converted.some(({ problems }) => problems.length > 0)
      ? [{ lines: new WeakMap(), problems: [templateProblem] }]
      : converted;
  } catch (error) {
    return failed(
      `this is no YAML: ${error instanceof Error ? error.message.slice(0, 100) : 'it cannot be read'}`,
    );
  }
}

const templateProblem: ReadProblem = {
  line: 1,
  column: 1,
  reason: 'a template, which is no YAML before it is rendered: give what helm template prints',
  fatal: true,
};

/** Brackets and dashes before the parser sees them: it calls itself for each. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) {
      if (++depth > 1000) return true;
    } else if (code === 93 || code === 125) depth = Math.max(0, depth - 1);
    else if (code === 45 && text.startsWith('- - - - - - - - - - - - - - - - - - - - - - - - - - - - ', at))
      return true;
  }
  return false;
}

function convertDocument(document: Document, counter: LineCounter): ReadDocument {
  const lines: Lines = new WeakMap();
  const problems: ReadProblem[] = [];
  for (const { pos, message } of document.errors.slice(0, 20)) {
    const { line, col } = counter.linePos(pos[0]);
    const reason = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'no YAML';
    problems.push({ line, column: col, reason, fatal: true });
  }
  if (problems.length > 0) return { lines, problems: problems };
  const problem: Conversion['problem'] = (node, reason, fatal) => {
    if (problems.length >= 50) return;
    const { line, col } = counter.linePos(node?.range?.[0] ?? 0);
    problems.push({ line, column: col, reason, fatal });
  };
  const { value } = convert(
    document.contents,
    { lines, counter, known: new Map(), problem, anchors: new Map(), inside: new Set() },
    0,
  );
  return problems.some(({ fatal }) => fatal) ? { lines, problems } : { value, lines, problems };
}

type Sized = { readonly value: Value; readonly size: number };

function convert(node: unknown, state: Conversion, depth: number): Sized {
  if (!node) return { value: null, size: 1 };
  if (depth > mostDepth) {
    state.problem(node as Node, `nested more than ${mostDepth} deep`, true);
    return { value: null, size: 1 };
  }
  if (isAlias(node)) {
    const target = state.anchors.get(node.source);
    if (!target || state.inside.has(target)) {
      state.problem(node, `the alias ${node.source} ${target ? 'holds itself' : 'stands for nothing'}`, true);
      return { value: null, size: 1 };
    }
    return convert(target, state, depth + 1);
  }
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined)
    state.anchors.set(node.anchor, node);
  if (isScalar(node)) return { value: scalar(node.value), size: 1 };
  if (!isCollection(node)) return { value: null, size: 1 };
  const known = state.known.get(node);
  if (known) return known;
  state.inside.add(node);
  let size = 1;
  const take = (inner: unknown): Value => {
    const converted = convert(inner, state, depth + 1);
    size += converted.size;
    return converted.value;
  };
  let value: Value;
  if (isSeq(node)) value = node.items.map(take);
  else {
    const fields = newFields();
    const merged: Value[] = [];
    if (isMap(node))
      for (const { key, value: inner } of node.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (name === '<<') merged.push(take(inner));
        else {
          const text = textOf(scalar(name)) ?? '';
          if (Object.hasOwn(fields, text))
            state.problem(key as Node, `${text} stands here twice; the later one counts`, false);
          fields[text] = take(inner);
        }
      }
    // The merge key: what is written here wins.
    for (const more of merged.flatMap((one) => (isList(one) ? one : [one])))
      if (isFields(more))
        for (const [name, one] of Object.entries(more)) if (!Object.hasOwn(fields, name)) fields[name] = one;
    value = fields;
  }
  state.inside.delete(node);
  if (size > mostValues) {
    state.problem(node, 'its aliases stand for more than is read', true);
    return { value: null, size: 1 };
  }
  const { line } = state.counter.linePos(node.range?.[0] ?? 0);
  state.lines.set(value, line);
  if (node.tag !== undefined && node.tag.startsWith('!')) {
    const tagged = newFields();
    tagged[node.tag] = value;
    state.lines.set(tagged, line);
    value = tagged;
  }
  const sized = { value, size };
  state.known.set(node, sized);
  return sized;
}

function scalar(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'bigint' ? String(value) : unresolved(saying(typeof value));
}
