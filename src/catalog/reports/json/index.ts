import { replaceUnsafe } from '../../../lang/text/index.ts';
import { isSecretNote, shareTables, type Audit, type ServerAudit } from '../../../model/index.ts';
import { defineWholeReport } from '../../define-report.ts';

// JSON.stringify escapes C0 controls and lone surrogates; a terminal that shows the text obeys others as well.
const escaped = (found: string): string =>
  Array.from(
    { length: found.length },
    (_, index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');

// Letters of Latin scripts and the marks of typography act on nothing; most reports have no others beyond ASCII.
const unusual = /[^\n -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e]/;

/** Harmless to print. Only runs of characters beyond ASCII are looked at, and only where there is reason to. */
const printed = (json: string): string =>
  unusual.test(json) ? json.replace(/[^\n -~]+/g, (run) => replaceUnsafe(run, escaped)) : json;

const holdsSecret = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (isSecretNote(value) || (Array.isArray(value) ? value : Object.values(value)).some(holdsSecret));

/** The same with `***` for every secret: a copy, since a replacer makes JSON.stringify several times slower. */
function withoutSecrets(value: unknown): unknown {
  if (!holdsSecret(value)) return value;
  if (isSecretNote(value)) return '***';
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, part]) => [name, withoutSecrets(part)]),
  );
}

/** More than anybody reads: then a server takes a line, which is half the size and a quarter of the work. */
const mostForReaders = 16;

/** As it stands inside the list `name` of the outermost object. */
function inList(name: string, value: unknown, indented: boolean): string {
  if (!indented) return printed(`\n    ${JSON.stringify(value)}`);
  const text = JSON.stringify({ [name]: [value] }, null, 2);
  return printed(text.slice(text.indexOf('[') + 1, text.lastIndexOf('\n  ]')));
}

function* list<T>(
  name: string,
  values: readonly T[],
  shown: (value: T) => unknown = (value) => value,
): Generator<string> {
  const indented = values.length <= mostForReaders;
  for (const [index, value] of values.entries())
    yield `${index === 0 ? `,\n  "${name}": [` : ','}${inList(name, shown(value), indented)}`;
  yield values.length === 0 ? `,\n  "${name}": []` : '\n  ]';
}

/** Text of an object by its members, which somebody makes; none for a member that JSON leaves out. */
const members = (value: object, text: (name: string, part: unknown) => string | undefined): string => {
  const shown = Object.entries(value).flatMap(([name, part]) => {
    const json = part === undefined ? undefined : text(name, part);
    return json === undefined ? [] : [`${printed(JSON.stringify(name))}:${json}`];
  });
  return `{${shown.join(',')}}`;
};

/**
 * A server on one line. What is said of many servers in one object, as checks that pass and facts that nobody asked
 * for, is made text once.
 */
function createLines(): (server: ServerAudit, evidence: object) => string {
  const texts = new WeakMap<object, string>();
  const once = (value: object): string => {
    const had = texts.get(value);
    if (had !== undefined) return had;
    const made = printed(JSON.stringify(value));
    texts.set(value, made);
    return made;
  };
  const plain = (value: unknown): string => printed(JSON.stringify(value));
  const fact = (_: string, value: unknown): string =>
    (value as { readonly known?: unknown }).known === false
      ? once(value as object)
      : plain(withoutSecrets(value));
  return (server, evidence) =>
    members({ ...server, evidence }, (name, part) => {
      if (name === 'unknowns' || name === 'passed' || name === 'notApplicable')
        return `[${(part as readonly object[]).map(once).join(',')}]`;
      if (name !== 'evidence') return plain(part);
      return members(part as object, (inner, value) =>
        inner === 'facts' ? members(value as object, fact) : plain(withoutSecrets(value)),
      );
    });
}

function* parts({ servers, failures, ...about }: Audit): Generator<string> {
  yield printed(JSON.stringify({ $schema: 'audit.schema.json', ...about }, null, 2).slice(0, -2));
  // Each part is written out and forgotten before the next is made: a thousand of them would be a heap of their own.
  const listed = shareTables();
  if (servers.length > mostForReaders) {
    const line = createLines();
    for (const [index, server] of servers.entries())
      yield `${index === 0 ? ',\n  "servers": [' : ','}\n    ${line(server, listed(server.evidence))}`;
    yield '\n  ]';
  } else {
    // Only evidence has notes of secrets: findings speak of them in words.
    yield* list('servers', servers, ({ evidence, ...server }) => ({
      ...server,
      evidence: withoutSecrets(listed(evidence)),
    }));
  }
  yield* list('failures', failures);
  yield '\n}\n';
}

/**
 * The audit as it is (see `schemas/audit.schema.json`), with `***` for every secret. Escaping changes no value: a
 * parser gets back the very bytes that a server sent. A command table that several servers have is written once.
 */
export default defineWholeReport({
  title: 'For programs, with a published schema',
  extension: '.json',
  mediaType: 'application/json',
  parts,
});
