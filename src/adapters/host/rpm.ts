import { statSync } from 'node:fs';
import { join } from 'node:path/posix';
import type { Owner } from './package-owner.ts';
import { collectOutput } from './run-program.ts';

const databases = ['usr/lib/sysimage/rpm', 'var/lib/rpm'].flatMap((folder) =>
  ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((name) => join(folder, name)),
);
const programs = ['/usr/bin/rpm', '/bin/rpm'];

/**
 * The package that owns a file, from `rpm -qf`: its database has three formats, so the program is asked. Of another
 * root it is not: rpm would run macros of the container's files. A service that only has some folders of its own
 * (`PrivateTmp=`) sees this host's database, and so is asked for. @throws `ENOTSUP` for another root, `ETIMEDOUT`
 * when rpm said nothing within two seconds
 */
export async function rpmOwner(file: string, root: string): Promise<Owner> {
  const database = databases.find((path) => identityOf(join(root, path)) !== undefined);
  if (database === undefined) return 'absent';
  const isOurs = identityOf(join(root, database)) === identityOf(join('/', database));
  const program = programs.find((path) => identityOf(path) !== undefined);
  if (!isOurs || program === undefined) {
    throw Object.assign(new Error('the rpm database of another root is not read'), { code: 'ENOTSUP' });
  }
  // An epoch is part of what makes a version newer, and is left out where there is none.
  const format = '%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n';
  const output = await collectOutput(program, ['-qf', '--qf', format, '--', file], 2000);
  const [, name, version] = /^([\w.+-]+)\t([\w.:~^+-]+)$/m.exec(output) ?? [];
  if (name !== undefined && version !== undefined) return { name, version };
  if (/is not owned by any package/.test(output)) return 'none';
  throw Object.assign(new Error('rpm gave no answer'), { code: 'ETIMEDOUT' });
}

/** Device and inode: what makes two paths one file. */
function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}
