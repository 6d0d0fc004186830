import { replaceUnsafe } from '../../../lang/text/index.ts';
import { isSecretNote, shareTables, type Audit } from '../../../model/index.ts';
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

/** The same with `***` for every secret: a copy, since a replacer makes JSON.stringify several times slower. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSecretNote(value)) return '***';
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSecrets(part)]));
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

function* parts({ servers, failures, ...about }: Audit): Generator<string> {
  yield printed(JSON.stringify({ $schema: 'audit.schema.json', ...about }, null, 2).slice(0, -2));
  // Each part is written out and forgotten before the next is made: a thousand of them would be a heap of their own.
  const listed = shareTables();
  // Only evidence has notes of secrets: findings speak of them in words.
  yield* list('servers', servers, ({ evidence, ...server }) => ({
    ...server,
    evidence: withoutSecrets(listed(evidence)),
  }));
  yield* list('failures', failures);
  yield '\n}\n';
}

/**
 * The audit as it is (see `schemas/audit.schema.json`), with `***` for every secret. Escaping changes no value: a
 * parser gets back the very bytes that a server sent. A command table that several servers have is written once.
 */
export default defineWholeReport({
  title: 'For programs, with a published schema',
  mediaType: 'application/json',
  parts,
});
