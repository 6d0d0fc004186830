import { join, resolve } from 'node:path/posix';
import { type Fact, known, unknown } from '../../model/fact.ts';
import { linkOf } from './bounded-read.ts';
import type { CommandLine } from './command-line.ts';
import { familyMember } from './family.ts';
import { resolveInside } from './inside-root.ts';
import { procOf, rootOf, seenInside } from './process-root.ts';
import { unitOf } from './unit-of.ts';

/**
 * The configuration file that a server was started with, as far as this host tells it.
 *
 * Redis writes its title over its arguments, so they are seldom there; then the systemd unit may still have them.
 * The best source is the live server: `INFO server`, field `config_file`.
 */
export async function confOf(pid: number, line: CommandLine, root = '/'): Promise<Fact<string>> {
  const proc = procOf(pid, root);
  if (line.configuration !== undefined) {
    const link = linkOf(join(proc, 'cwd'));
    const cwd = link === undefined ? undefined : seenInside(pid, link, root);
    if (line.configuration.startsWith('/')) return known(line.configuration, `${proc}/cmdline`);
    const relative = `${line.configuration} is relative to the folder that the server was started in`;
    if (cwd === undefined) return unknown('no-access', `${proc}/cwd: permission denied, and ${relative}`);
    const path = resolve(cwd, line.configuration);
    // `dir` moves a server: then its configuration lies somewhere else.
    if (isThere(rootOf(pid, root).path, path)) return known(path, `${proc}/{cmdline,cwd}`);
    return unknown(
      'not-asked',
      `${relative}, and it has moved since; ask the server: INFO server, config_file`,
    );
  }
  if (line.title === undefined && line.program !== '')
    return unknown('not-asked', 'the server was started without a configuration file');
  const unit = await unitOf(pid, root);
  const fromUnit = unit.known ? inCommand(unit.value.service['ExecStart'] ?? '', unit.value.name) : undefined;
  if (fromUnit !== undefined && unit.known) return known(fromUnit, `${unit.value.name}: ExecStart`);
  return unknown(
    'not-asked',
    'the title of the process hides its arguments; ask the server: INFO server, config_file',
  );
}

/** The first argument of the server in an ExecStart line, with the specifiers of a template put in. */
function inCommand(line: string, unit: string): string | undefined {
  const words = line.split(/\s+/);
  const program = words.findIndex((word) => familyMember(word) !== undefined);
  const file = program < 0 ? undefined : words[program + 1];
  if (file === undefined || !/^"?\//.test(file)) return undefined;
  const [, prefix = '', instance = ''] = /^([^@]*)(?:@(.*))?\.service$/.exec(unit) ?? [];
  const filled = file.replaceAll('"', '').replace(/%([iInNpP%])/g, (_, letter: string) => {
    if (letter === '%') return '%';
    if (letter === 'i' || letter === 'I') return instance;
    return letter === 'p' || letter === 'P' ? prefix : unit.replace(/\.service$/, '');
  });
  return /[%$]/.test(filled) ? undefined : filled;
}

function isThere(root: string, path: string): boolean {
  try {
    return resolveInside(root, path).stats?.isFile() === true;
  } catch {
    // A folder that may not be entered: the server could.
    return true;
  }
}
