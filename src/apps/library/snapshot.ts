import { blank } from '../../adapters/collect/blank.ts';
import { printable } from '../../lang/text/index.ts';
import { restoreTables, shareTables, type Audit, type Collected, type Evidence } from '../../model/index.ts';
import { parseBounded } from './parse-bounded.ts';
import { readBounded } from './read-bounded.ts';
import type { ListedSnapshot } from './snapshot-shape.ts';
import { writeOut } from './write-out.ts';

/** What `--save` writes: evidence as it was collected, one entry a server. */
export interface Snapshot {
  readonly schema: 'keyward.snapshot/1';
  readonly version: string;
  readonly evidence: readonly Evidence[];
}

const format = 'keyward.snapshot/1';

// A thousand servers are 22 MB and a million values. Where no two have the same commands they are 117 MB and ten
// million; with nine hundred clients each 135 MB and nine million.
const maxBytes = 256 << 20;
// The model itself is nested eleven levels deep.
const limits = { values: 12_000_000, depth: 32, of: 'snapshot' };
const wanted = { what: 'snapshot', make: 'make a snapshot with keyward audit --save' };

/** One server a line, and a command table that several have only once: see `shareTables`. */
function* partsOf({ version, servers }: Audit): Generator<string> {
  const listed = shareTables();
  yield `{"schema":"${format}","version":${JSON.stringify(version)},"evidence":[`;
  for (const [index, { evidence }] of servers.entries())
    yield `${index === 0 ? '' : ',\n'}${JSON.stringify(listed(evidence))}`;
  yield ']}\n';
}

export const saveSnapshot = (path: string, audit: Audit): Promise<void> => writeOut(path, partsOf(audit));

/** What else it is, or which other version wrote it, as far as its first words tell. */
function otherFormat(value: unknown): string | undefined {
  const { schema } = (value ?? {}) as { readonly schema?: unknown };
  if (schema === format) return undefined;
  if (typeof schema === 'string' && /^keyward\.audit\/\d{1,9}$/.test(schema))
    return 'is no snapshot but a JSON report, which cannot be audited again: make a snapshot with keyward audit --save';
  const number = typeof schema === 'string' ? /^keyward\.snapshot\/(\d{1,9})$/.exec(schema)?.[1] : undefined;
  if (number !== undefined)
    return `is a snapshot of another format (${number}; this Keyward reads 1): audit it with the Keyward that saved it, or make a new one with keyward audit --save`;
  return `is no snapshot (schema ${format}): make one with keyward audit --save`;
}

/** Maps by names of the server's choosing: assigned to an object, this one would be its prototype. */
function dropPrototypes({ info, config, conf, process, unit }: Partial<Collected>): void {
  for (const map of [
    info?.known ? info.value : {},
    config?.known ? config.value : {},
    conf?.known ? conf.value.settings : {},
    process?.known ? process.value.limits : {},
    unit?.known ? unit.value.service : {},
  ])
    Reflect.deleteProperty(map, '__proto__');
}

/** Every fact of this version, and no other. */
function filled({ facts, ...about }: Evidence): Evidence {
  dropPrototypes(facts);
  const all = blank('the snapshot was saved by a version of Keyward that does not collect it');
  return {
    ...about,
    facts: Object.fromEntries(
      Object.entries(all).map(([name, without]) => [
        name,
        Object.hasOwn(facts, name) ? facts[name as keyof Collected] : without,
      ]),
    ) as unknown as Collected,
  };
}

/** A reference that led nowhere, or to another one. */
const pointsNowhere = ({ facts: { commandReply } }: Evidence): boolean =>
  commandReply.known && 'sameAs' in commandReply.value;

async function read(path: string): Promise<Pick<Snapshot, 'evidence'> | { readonly problem: string }> {
  const file = await readBounded(path, maxBytes, wanted);
  if ('problem' in file) return file;
  const parsed = parseBounded(file.bytes, limits);
  if ('problem' in parsed) return parsed;
  const other = otherFormat(parsed.value);
  if (other !== undefined) return { problem: other };
  // The validator is loaded by those who need it.
  const { misshapen } = await import('./snapshot-shape.ts');
  const wrong = misshapen(parsed.value);
  if (wrong !== undefined)
    return {
      problem: `is no snapshot as Keyward saves them, ${wrong}: make a new one with keyward audit --save`,
    };
  const listed = (parsed.value as ListedSnapshot).evidence as readonly Evidence[];
  const evidence = restoreTables(listed.map(filled));
  const lost = evidence.findIndex(pointsNowhere);
  if (lost >= 0)
    return {
      problem: `is no snapshot as Keyward saves them, /evidence/${lost}/facts/commandReply/value/sameAs points to a server without a command table: make a new one with keyward audit --save`,
    };
  return { evidence };
}

/**
 * Reads a snapshot back, or says in one sentence why it is none. Whatever the file holds, what comes back is of the
 * shape of the model: facts that it lacks are unknown, and what the model does not know is left out.
 *
 * @example const saved = await loadSnapshot('today.json'); if ('problem' in saved) console.error(saved.problem);
 */
export async function loadSnapshot(
  path: string,
): Promise<Pick<Snapshot, 'evidence'> | { readonly problem: string }> {
  const outcome = await read(path);
  return 'problem' in outcome ? { problem: `${printable(path, 300)} ${outcome.problem}` } : outcome;
}
