import { checkPlan } from '../../../engine/plan-check/index.ts';
import { printable } from '../../../lang/text/index.ts';
import type { Plan } from '../../../model/index.ts';
import { parseBounded } from '../parse-bounded.ts';
import { readBounded } from '../read-bounded.ts';
import { duplicateName } from './duplicate-name.ts';

export type LoadedPlan = { readonly plan: Plan } | { readonly problem: string };

const format = 'keyward.plan/1';
// A plan of a thousand servers, with all their clients and the diffs of their files, is a tenth of it.
const maxBytes = 64 << 20;
const limits = { values: 4_000_000, depth: 32, of: 'plan' };
const remake = 'make a new one with keyward plan -o';

/** What else it is, or which other version wrote it, as far as its first words tell. */
function otherFormat(value: unknown): string | undefined {
  const { schema } = (value ?? {}) as { readonly schema?: unknown };
  if (schema === format) return undefined;
  const [, what, number] =
    (typeof schema === 'string' ? /^keyward\.([a-z]{1,20})\/(\d{1,9})$/.exec(schema) : undefined) ?? [];
  if (what === 'plan')
    return `is a plan of another format (${number}; this Keyward reads 1): apply it with the Keyward that made it, or ${remake}`;
  return `is no plan (schema ${format})${what === undefined ? '' : ` but of schema keyward.${what}`}: ${remake}`;
}

async function planOf(bytes: Buffer): Promise<LoadedPlan> {
  const parsed = parseBounded(bytes, limits);
  if ('problem' in parsed) return parsed;
  const other = otherFormat(parsed.value);
  if (other !== undefined) return { problem: other };
  const twice = duplicateName(bytes.toString('utf8'));
  if (twice !== undefined)
    return {
      problem: `says one thing twice, at line ${twice.line}, column ${twice.column}: which of both counts would not be clear to everybody`,
    };
  // The validator is loaded by those who need it.
  const { asPlan } = await import('./plan-shape.ts');
  const shaped = asPlan(parsed.value);
  if ('problem' in shaped)
    return { problem: `is no plan as Keyward makes them, ${shaped.problem}: ${remake}` };
  const [first, ...more] = checkPlan(shaped.plan);
  if (first === undefined) return shaped;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more like it)`;
  return { problem: `is a plan that is not applied, ${first}${rest}: ${remake}` };
}

const named = (name: string, loaded: LoadedPlan): LoadedPlan =>
  'problem' in loaded ? { problem: `${printable(name, 300)} ${loaded.problem}` } : loaded;

/**
 * A plan from bytes that were read already, as those whose signature was verified; `name` is what messages call them.
 *
 * @example await planFrom(bytes, 'plan.json')
 */
export const planFrom = async (bytes: Buffer, name: string): Promise<LoadedPlan> =>
  named(
    name,
    bytes.length > maxBytes
      ? { problem: `is larger than any plan (${maxBytes >> 20} MiB)` }
      : await planOf(bytes),
  );

/**
 * Reads a plan back, or says in one sentence why it is not applied. Whatever the file holds, what comes back is of the
 * shape of the model and does no more than `checkPlan` lets a plan do.
 *
 * @example const loaded = await loadPlan('plan.json'); if ('problem' in loaded) console.error(loaded.problem);
 */
export async function loadPlan(path: string): Promise<LoadedPlan> {
  const file = await readBounded(path, maxBytes, { what: 'plan', make: remake });
  if ('problem' in file) return named(path, file);
  return planFrom(file.bytes, path);
}
