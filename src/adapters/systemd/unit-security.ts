import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from '../place/place.ts';

/** A unit as it would be: its own text, and drop-ins that are not installed yet. */
export interface DraftedUnit {
  /** `redis-server.service`; an instance by its full name. */
  readonly name: string;
  readonly text: string;
  readonly dropIns: readonly { readonly name: string; readonly text: string }[];
}

const patience = 20_000;

/**
 * What `systemd-analyze security` says of a unit before it is installed: from 0, shut in, to 10, open to all.
 * `undefined` where there is no systemd-analyze that can tell without a running systemd (before 250).
 *
 * @throws RangeError on a name that is no file's
 * @example await draftedExposure({ name: 'redis.service', text, dropIns: [{ name: '50-keyward.conf', text: dropIn }] }) // 1.2
 */
export const draftedExposure = (unit: DraftedUnit): Promise<number | undefined> =>
  withDraft(unit, async (root) => {
    const words = ['security', '--no-pager', '--offline=true', `--root=${root}`, unit.name];
    return levelIn((await analyze(words)) ?? '');
  });

/**
 * What `systemd-analyze verify` finds wrong with it: a line for each directive that it does not know or cannot read.
 * Programs and units that only the other host has are not looked at. `undefined` where there is no systemd-analyze.
 */
export const draftedProblems = (unit: DraftedUnit): Promise<readonly string[] | undefined> =>
  withDraft(unit, async (_root, folder) => {
    const said = await analyze(['verify', '--no-pager', '--recursive-errors=no', join(folder, unit.name)]);
    return said
      ?.split('\n')
      .filter((line) => line.startsWith(folder))
      .map((line) => line.slice(folder.length + 1));
  });

/** The same figure for a unit that is installed, from the systemd that runs there. */
export async function installedExposure(place: Place, name: string): Promise<number | undefined> {
  checkName(name);
  try {
    const words = ['systemd-analyze', 'security', '--no-pager', '--', name];
    const { code, stdout } = await place.run(words, { timeout: patience });
    return code === 0 ? levelIn(stdout) : undefined;
  } catch {
    return undefined;
  }
}

function levelIn(said: string): number | undefined {
  const [, level] = /Overall exposure level for \S+: (\d{1,2}\.\d)/.exec(said) ?? [];
  return level === undefined ? undefined : Number(level);
}

/** Both outputs; `undefined` where the program cannot be started. */
function analyze(words: readonly string[]): Promise<string | undefined> {
  const env = { LC_ALL: 'C.UTF-8', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SYSTEMD_COLORS: '0' };
  return new Promise((resolve) => {
    execFile('systemd-analyze', words, { env, timeout: patience }, (error, stdout, stderr) =>
      resolve(error !== null && typeof error.code === 'string' ? undefined : stdout + stderr),
    );
  });
}

async function withDraft<T>(
  unit: DraftedUnit,
  work: (root: string, folder: string) => Promise<T>,
): Promise<T> {
  for (const { name } of [unit, ...unit.dropIns]) checkName(name);
  const root = await mkdtemp(join(tmpdir(), 'keyward-unit-'));
  try {
    const folder = join(root, 'etc/systemd/system');
    const dropIns = join(folder, `${unit.name}.d`);
    await mkdir(dropIns, { recursive: true });
    await writeFile(join(folder, unit.name), unit.text);
    for (const { name, text } of unit.dropIns) await writeFile(join(dropIns, name), text);
    return await work(root, folder);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:@\\-]{0,254}$/.test(name)) throw new RangeError('not the name of a unit');
}
