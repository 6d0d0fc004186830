import { readFile, writeFile, stat } from 'node:fs/promises';
import type { Audit, Evidence } from '../../model/index.ts';

/** What `--save` writes: evidence as it was collected, one entry a server. */
export interface Snapshot {
  readonly schema: 'keyward.snapshot/1';
  readonly version: string;
  readonly evidence: readonly Evidence[];
}

const maxBytes = 1 << 30;

/** Writes a file that only its owner may read: a report tells an attacker where to begin. */
export const writeOut = (path: string, text: string): Promise<void> => writeFile(path, text, { mode: 0o600 });

export const saveSnapshot = (path: string, audit: Audit): Promise<void> => {
  const snapshot: Snapshot = {
    schema: 'keyward.snapshot/1',
    version: audit.version,
    evidence: audit.servers.map(({ evidence }) => evidence),
  };
  return writeOut(path, `${JSON.stringify(snapshot)}\n`);
};

const isEvidence = (value: unknown): value is Evidence =>
  typeof value === 'object' &&
  value !== null &&
  (value as { schema?: unknown }).schema === 'keyward.evidence/1' &&
  typeof (value as { collectedAt?: unknown }).collectedAt === 'string' &&
  typeof (value as { facts?: unknown }).facts === 'object';

/** Reads a snapshot back, or says in one sentence why it is none. */
export async function loadSnapshot(
  path: string,
): Promise<Pick<Snapshot, 'evidence'> | { readonly problem: string }> {
  let text: string;
  try {
    if ((await stat(path)).size > maxBytes) return { problem: `${path} is larger than any snapshot (1 GiB)` };
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
    return { evidence: parsed.evidence };
  } catch (error) {
    return { problem: `${path} is no JSON: ${(error as Error).message.slice(0, 120)}` };
  }
}
