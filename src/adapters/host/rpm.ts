import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';
import { collectOutput } from './run-program.ts';
import type { Owner } from './package-of.ts';

const databases = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];
const programs = ['/usr/bin/rpm', '/bin/rpm'];

/**
 * The package that owns a file, from `rpm -qf`: its database has three formats, so the program is asked. Of another
 * root it is not: rpm would run macros of the container's files. @throws `ENOTSUP` there.
 */
export async function rpmOwner(file: string, root: string): Promise<Owner> {
  const has = databases.some((folder) =>
    ['rpmdb.sqlite', 'Packages', 'Packages.db'].some((name) => existsSync(join(root, folder, name))),
  );
  if (!has) return 'absent';
  const program = programs.find((path) => existsSync(path));
  if (root !== '/' || program === undefined) {
    throw Object.assign(new Error('the rpm database of a container is not read'), { code: 'ENOTSUP' });
  }
  // An epoch is part of what makes a version newer, and is left out where there is none.
  const format = '%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n';
  const output = await collectOutput(program, ['-qf', '--qf', format, '--', file], 2000);
  const [, name, version] = /^([\w.+-]+)\t([\w.:~^+-]+)$/m.exec(output) ?? [];
  return name === undefined || version === undefined ? 'none' : { name, version };
}
