import { known, unknown, type Fact } from '../../model/index.ts';
import { resolveInside } from '../host/index.ts';
import { readBytes } from '../host/bounded-read.ts';

/** Far more than any configuration: the stock redis.conf has about 110 KB, most of it comments. */
const maxFileBytes = 16 << 20;

/** A file of the server's own root, whole, or why not. Never blocks on a pipe, never reads beyond the limit. */
export function readFileFact(path: string, root = '/', max = maxFileBytes): Fact<Buffer> {
  try {
    const found = resolveInside(root, path);
    if (found.problem === 'loop') return unknown('unreadable', `${path}: too many symbolic links (a loop?)`);
    if (found.problem === 'missing' || !found.stats) return unknown('not-supported', `${path}: no such file`);
    if (!found.stats.isFile()) return unknown('unreadable', `${path} is not a file`);
    if (found.stats.size > max) {
      return unknown(
        'unreadable',
        `${path} has ${found.stats.size} bytes; no more than ${max} are read of a configuration`,
      );
    }
    return known(readBytes(found.path, max), path);
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'unknown error';
    return unknown(code === 'EACCES' || code === 'EPERM' ? 'no-access' : 'unreadable', `${path}: ${code}`);
  }
}
