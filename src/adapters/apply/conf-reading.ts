import { dirname, isAbsolute, join } from 'node:path/posix';
import { parseConf, readConf, type ConfFile, type ConfReading, type Loaded } from '../../lang/conf/index.ts';
import type { PlanNode } from '../../model/index.ts';
import { expandGlob } from '../files/glob.ts';
import type { Place } from '../place/index.ts';
import { tableProduct } from './product.ts';

const maxFiles = 1024;

/**
 * A configuration as its server would read it at its next start, with the files that it includes. What a server makes
 * of it is worked out in one go; files come one by one, from wherever they are: so it is read until nothing is missing.
 */
export async function readThrough(place: Place, node: PlanNode, file: ConfFile): Promise<ConfReading> {
  const have = new Map<string, Loaded>();
  const folder = workingFolder(file);
  for (;;) {
    const missing = new Set<string>();
    const load = (pattern: string, _from: string, glob: boolean): Loaded => {
      const path = isAbsolute(pattern) ? pattern : join(folder, pattern);
      const key = glob && /[*?[]/.test(path) ? `glob ${path}` : path;
      const found = have.get(key);
      if (!found) missing.add(key);
      return found ?? [];
    };
    const reading = readConf([file], {
      product: tableProduct(node),
      version: node.version,
      sentinel: node.mode === 'sentinel',
      load,
      host: { workingFolder: folder },
      keepGoing: true,
    });
    if (missing.size === 0 || have.size > maxFiles) return reading;
    for (const key of missing) have.set(key, await loaded(place, key));
  }
}

async function loaded(place: Place, key: string): Promise<Loaded> {
  if (!key.startsWith('glob ')) return one(place, key);
  const files: ConfFile[] = [];
  for (const path of await matching(place, key.slice(5))) {
    const found = await one(place, path);
    if ('problem' in found) return found;
    files.push(...found);
  }
  return files;
}

async function one(place: Place, path: string): Promise<Loaded> {
  try {
    const file = await place.read(path);
    return file ? [{ path, bytes: file.bytes }] : { problem: `${path}: no such file` };
  } catch {
    return { problem: `${path}: cannot be read` };
  }
}

/** Files that a pattern names, on whichever host. */
async function matching(place: Place, pattern: string): Promise<readonly string[]> {
  if (place.name === 'here') return expandGlob(pattern);
  const folder = dirname(pattern);
  if (/[*?[]/.test(folder)) throw new Error(`${pattern}: patterns of folders are read on this host only`);
  const words = ['find', folder, '-maxdepth', '1', '-path', pattern];
  const { stdout } = await place.run(words, { timeout: 10_000 });
  return stdout.split('\n').filter(Boolean).toSorted();
}

/** The folder in which the server would start: `dir` where the file says so, else the file's own. */
function workingFolder({ path, bytes }: ConfFile): string {
  const lines = parseConf(bytes, path).lines;
  const dir = lines.findLast((line) => line.kind === 'directive' && line.name === 'dir');
  const said = dir?.kind === 'directive' ? dir.args[0] : undefined;
  return said?.startsWith('/') ? said : dirname(path);
}
