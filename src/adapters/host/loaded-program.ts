import { join } from 'node:path/posix';
import { textOf } from './bounded-read.ts';
import { familyMember, isCheckTool, nameOf } from './family.ts';

/**
 * The program that ld.so was started with, for /proc/PID/exe is ld.so then: among the mapped files the first of the
 * family, or the one that was called. Its arguments do not always tell: when the server's title fills all of them, the
 * kernel shows nothing but the first.
 */
export function loadedProgram(proc: string, called: string): string | undefined {
  const maps = textOf(join(proc, 'maps'), 1_048_576) ?? '';
  const files = maps
    .split('\n')
    .flatMap((line) => (line.includes('/') ? [line.slice(line.indexOf('/'))] : []));
  const server = files.find((path) => familyMember(path) !== undefined || isCheckTool(path));
  return server ?? files.find((path) => nameOf(path.replace(/ \(deleted\)$/, '')) === nameOf(called));
}
