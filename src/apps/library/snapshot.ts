import { open, readFile, stat } from 'node:fs/promises';
import { restoreTables, shareTables, type Audit, type Evidence } from '../../model/index.ts';
import { UsageError } from './usage-error.ts';

/** What `--save` writes: evidence as it was collected, one entry a server. */
export interface Snapshot {
  readonly schema: 'keyward.snapshot/1';
  readonly version: string;
  readonly evidence: readonly Evidence[];
}

// What one string can hold.
const maxBytes = 512 << 20;

/**
 * Writes a file that only its owner may read, also when it was there before: a report tells an attacker where to
 * begin.
 *
 * @throws UsageError where it cannot be written
 */
export async function writeOut(path: string, text: string | Iterable<string>): Promise<void> {
  try {
    const file = await open(path, 'w', 0o600);
    try {
      // A pipe or a terminal keeps the mode that it has.
      if ((await file.stat()).isFile()) await file.chmod(0o600);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UsageError(
      `${path} cannot be written (${(error as { code?: string }).code ?? 'unknown error'})`,
      'Name a file in a folder that you may write to.',
    );
  }
}

/** One server a line, and a command table that several have only once: see `shareTables`. */
function* partsOf({ version, servers }: Audit): Generator<string> {
  const listed = shareTables();
  yield `{"schema":"keyward.snapshot/1","version":${JSON.stringify(version)},"evidence":[`;
  for (const [index, { evidence }] of servers.entries())
    yield `${index === 0 ? '' : ',\n'}${JSON.stringify(listed(evidence))}`;
  yield ']}\n';
}

export const saveSnapshot = (path: string, audit: Audit): Promise<void> => writeOut(path, partsOf(audit));

const isEvidence = (value: unknown): value is Evidence =>
  typeof value === 'object' &&
  value !== null &&
  (value as { schema?: unknown }).schema === 'keyward.evidence/1' &&
  typeof (value as { collectedAt?: unknown }).collectedAt === 'string' &&
  isFacts((value as { facts?: unknown }).facts) &&
  typeof (value as { target?: unknown }).target === 'object';

/** At least one fact, and each known or unknown. */
const isFacts = (facts: unknown): boolean =>
  typeof facts === 'object' &&
  facts !== null &&
  Object.keys(facts).length > 0 &&
  Object.values(facts).every(
    (fact: unknown) =>
      typeof fact === 'object' && fact !== null && typeof (fact as { known?: unknown }).known === 'boolean',
  );

/** Reads a snapshot back, or says in one sentence why it is none. */
export async function loadSnapshot(
  path: string,
): Promise<Pick<Snapshot, 'evidence'> | { readonly problem: string }> {
  let text: string;
  try {
    const found = await stat(path);
    // A pipe or a device would never end.
    if (!found.isFile())
      return { problem: `${path} is not a file: make a snapshot with keyward audit --save` };
    if (found.size > maxBytes) return { problem: `${path} is larger than any snapshot (512 MiB)` };
    text = await readFile(path, 'utf8');
  } catch (error) {
    return { problem: `${path} cannot be read (${(error as { code?: string }).code ?? 'unknown error'})` };
  }
  try {
    const parsed = JSON.parse(text) as { schema?: unknown; evidence?: unknown };
    if (
      parsed.schema !== 'keyward.snapshot/1' ||
      !Array.isArray(parsed.evidence) ||
      !parsed.evidence.every(isEvidence)
    ) {
      return {
        problem: `${path} is no snapshot of this Keyward (schema keyward.snapshot/1): make one with keyward audit --save`,
      };
    }
    return { evidence: restoreTables(parsed.evidence) };
  } catch (error) {
    return { problem: `${path} is no JSON: ${(error as Error).message.slice(0, 120)}` };
  }
}
