import { replaceUnsafe } from '../../../lang/text/index.ts';
import { isSecretNote, shareTables, type Audit } from '../../../model/index.ts';
import { defineWholeReport } from '../../define-report.ts';

// JSON.stringify escapes C0 controls and lone surrogates; a terminal that shows the text obeys others as well.
const escaped = (found: string): string =>
  Array.from(
    { length: found.length },
    (_, index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');

/** Harmless to print. Only runs of characters beyond ASCII are looked at: most of a report has none. */
const printed = (json: string): string => json.replace(/[^\n -~]+/g, (run) => replaceUnsafe(run, escaped));

/** The same with `***` for every secret: a copy, since a replacer makes JSON.stringify several times slower. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSecretNote(value)) return '***';
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSecrets(part)]));
}

/** As it stands inside the list `name` of the outermost object. */
const inList = (name: string, value: unknown): string => {
  const text = JSON.stringify({ [name]: [value] }, null, 2);
  return printed(text.slice(text.indexOf('[') + 1, text.lastIndexOf('\n  ]')));
};

function* list<T>(
  name: string,
  values: readonly T[],
  shown: (value: T) => unknown = (value) => value,
): Generator<string> {
  for (const [index, value] of values.entries())
    yield `${index === 0 ? `,\n  "${name}": [` : ','}${inList(name, shown(value))}`;
  yield values.length === 0 ? `,\n  "${name}": []` : '\n  ]';
}

function* parts({ servers, failures, ...about }: Audit): Generator<string> {
  yield printed(JSON.stringify({ $schema: 'audit.schema.json', ...about }, null, 2).slice(0, -2));
  // Each part is written out and forgotten before the next is made: a thousand of them would be a heap of their own.
  const listed = shareTables();
  yield* list('servers', servers, ({ evidence, ...server }) =>
    withoutSecrets({ ...server, evidence: listed(evidence) }),
  );
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
