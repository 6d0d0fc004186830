/** Command tables that come with us, for what is read without a server: a configuration, an ACL file. */
import { tableOf, type CommandTable } from './command-table.ts';
import { compareVersionTexts, knownVersion } from '../version/index.ts';
import type { Server } from './dialect.ts';
import { decodeCommand } from './table-text.ts';

interface Bundle {
  readonly product: string;
  readonly version: string;
  readonly commands: string;
}

// What was asked for before, so that a table is built and indexed once. Versions come from outside: few are kept.
const tables = new Map<string, CommandTable>();
const kept = 64;

/**
 * The commands of a product and version: of exactly that one, else of the nearest that was recorded, and then
 * `exact` is false. Nearest: the same product, the newest that is not newer, else the oldest; an unknown product
 * counts as Redis. The tables are loaded at the first call.
 *
 * @example (await bundledCommands('redis', '7.2.4')).exact // false: 7.2.6 or 7.0.15 is what we have
 */
export async function bundledCommands(product: string, version: string): Promise<CommandTable> {
  const { definitions, versions } = await import('./tables/commands.ts');
  const asked = `${product}\n${version}`;
  const known = tables.get(asked);
  if (known) return known;
  const bundle = nearest(versions, { product: product.toLowerCase(), version });
  const commands = unpacked(bundle.commands).map((at) => decodeCommand(definitions[at] ?? ''));
  const exact = bundle.product === product.toLowerCase() && bundle.version === version;
  const table = tableOf(commands, { product, version }, exact);
  if (tables.size >= kept) tables.clear();
  tables.set(asked, table);
  return table;
}

function nearest(versions: readonly Bundle[], { product, version }: Server): Bundle {
  const same = versions.filter((bundle) => bundle.product === product);
  const candidates = (
    same.length > 0 ? same : versions.filter((bundle) => bundle.product === 'redis')
  ).toSorted((a, b) => compareVersionTexts(a.version, b.version));
  const exact = candidates.find((bundle) => bundle.version === version);
  const { major, minor } = knownVersion(version);
  // Within one release line the commands do not change: a later patch tells as much as an earlier one.
  const line = candidates.findLast((bundle) => {
    const recorded = knownVersion(bundle.version);
    return recorded.major === major && recorded.minor === minor;
  });
  const older = candidates.findLast((bundle) => compareVersionTexts(bundle.version, version) <= 0);
  const found = exact ?? line ?? older ?? candidates[0];
  if (found === undefined) throw new Error('no command table is bundled');
  return found;
}

function unpacked(text: string): readonly number[] {
  return text.split(' ').flatMap((run) => {
    const [first = 0, last = first] = run.split('-').map((part) => Number.parseInt(part, 36));
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
