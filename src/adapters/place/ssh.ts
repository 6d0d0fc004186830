import { randomBytes } from 'node:crypto';
import type { Access, Place, PlacedFile, Ran } from './place.ts';
import {
  type SshAnswer,
  type SshConnection,
  type SshConnectionOptions,
  sshConnection,
} from './ssh-connection.ts';
import { codeOfWords, sshFailure } from './ssh-failure.ts';
import * as scripts from './ssh-scripts.ts';
import type { SshTarget } from './ssh-target.ts';

export interface SshPlaceOptions extends SshConnectionOptions {
  /**
   * `as-needed`: what our account may not do is done once more under `sudo -n`, which must not ask for a password.
   * `never` when absent.
   */
  readonly sudo?: 'never' | 'as-needed';
  /** Milliseconds for reading or writing one file; 60 seconds when absent. */
  readonly timeout?: number;
}

/** Whether a file can be replaced there, its owner kept: by our own account, with sudo, or not at all. */
export type SshRights = 'own' | 'sudo' | 'none';

/** A place behind OpenSSH, and what a plan must say of it. */
export interface SshPlace extends Place {
  /** What was done under sudo so far, as `write /etc/redis/redis.conf` or `run systemctl restart redis`. */
  readonly usedSudo: () => readonly string[];
  /** What could not be done as well as it should: `/data: not synced to disk`. */
  readonly shortcomings: () => readonly string[];
  /** What writing to this path will need; changes nothing. */
  rights(path: string): Promise<SshRights>;
}

const mostFileBytes = 16 << 20;
const mostRunBytes = 1 << 20;
const { ends } = scripts;

// Everything that a shell which is not POSIX reads in its own way.
const canary = `a'b\\c\\\\d!e"f$g\`h\ni%j`;

const refused =
  /permission denied|operation not permitted|access denied|not permitted|authentication (?:is )?required|must be (?:run as )?root|not in the sudoers/i;

/**
 * The host behind the system's own OpenSSH, of which it needs sh and coreutils or busybox. It connects at the first
 * call. A write that is cut off anywhere leaves the old file or the new one; that the reply was lost does not say
 * which. A program that outlives its timeout goes on there.
 *
 * Errors carry a `code`: `ECONNRESET`, `ETIMEDOUT`, `EACCES`, `ENOSPC`, … (`ssh-failure.ts`).
 *
 * @throws RangeError on a host or a user that an option or a shell would read as something else
 * @example
 * const place = sshPlace({ user: 'ops', host: 'db1' }, { sudo: 'as-needed' });
 * const conf = await place.read('/etc/redis/redis.conf');
 * await place.close();
 */
export function sshPlace(target: SshTarget, options: SshPlaceOptions = {}): SshPlace {
  const { sudo = 'never', timeout = 60_000 } = options;
  const connection = sshConnection(target, options);
  const { name } = connection;
  const usedSudo = new Set<string>();
  const shortcomings = new Set<string>();
  let greeted: Promise<{ readonly root: boolean }> | undefined;

  /** Once: who we are there, and whether words come through the login shell as they are. */
  const account = (): Promise<{ readonly root: boolean }> => {
    greeted ??= greet(connection, timeout);
    greeted.catch(() => (greeted = undefined));
    return greeted;
  };
  const maySudo = async (): Promise<boolean> => !(await account()).root && sudo === 'as-needed';

  /** Runs a script as ourselves, and as root where our account may not and sudo is permitted. */
  async function ask(
    what: string,
    script: string,
    words: readonly string[],
    { input, most = 65_536 }: { readonly input?: Buffer; readonly most?: number } = {},
  ): Promise<SshAnswer> {
    const command = { script, words, timeout, most, ...(input && { input }) };
    await account();
    const answer = await connection.ask(command);
    if (!isForbidden(answer) || !(await maySudo())) return answer;
    const again = await connection.ask({ ...command, root: true });
    usedSudo.add(what);
    return again;
  }

  const settle = async (what: string, script: string, words: readonly string[], input?: Buffer) => {
    const answer = await ask(what, script, words, input && { input });
    if (answer.code !== 0) throw failureOf(name, what, answer);
    if (answer.stdout.includes('not synced')) shortcomings.add(`${name}: ${what}: not synced to disk`);
  };

  const run: SshPlace['run'] = async (argv, { timeout: patience, input }) => {
    if (argv[0] === undefined || argv[0] === '' || argv[0].startsWith('-'))
      throw new RangeError('a program must have a name that is no option');
    const command = { words: argv, timeout: patience, most: mostRunBytes, ...(input && { input }) };
    await account();
    const ran = ranOf(await connection.ask({ ...command, script: scripts.run }));
    if (ran.code === 0 || !refused.test(ran.stderr + ran.stdout) || !(await maySudo())) return ran;
    const again = ranOf(await connection.ask({ ...command, script: scripts.runAsRoot }));
    if (again.code !== 0 && again.stderr.startsWith('sudo: ')) return ran;
    usedSudo.add(`run ${argv.join(' ')}`);
    return again;
  };

  return {
    name,
    usedSudo: () => [...usedSudo],
    shortcomings: () => [...shortcomings],
    async read(path) {
      const what = `read ${checkPath(path)}`;
      // The first line tells mode, owner and size.
      const most = mostFileBytes + 200;
      const answer = await ask(what, scripts.read, [path, String(mostFileBytes)], { most });
      if (answer.code === ends.absent) return undefined;
      if (answer.code !== 0) throw failureOf(name, what, answer);
      const end = answer.stdout.indexOf('\n');
      const access = accessIn(answer.stdout.subarray(0, end).toString('latin1'));
      const bytes = answer.stdout.subarray(end + 1);
      if (end < 0 || access === undefined)
        throw sshFailure('EIO', `${name}: ${what}: an answer we cannot read`);
      if (bytes.length > mostFileBytes) throw tooLarge(name, what);
      return { bytes: Buffer.from(bytes), ...access };
    },
    async write(path, file: PlacedFile) {
      checkPath(path);
      if (file.bytes.length > mostFileBytes) throw tooLarge(name, `write ${path}`);
      const facts = [String(file.bytes.length), octal(file.mode), String(file.uid), String(file.gid)];
      const words = [path, randomBytes(12).toString('hex'), ...facts];
      await settle(`write ${path}`, scripts.write, words, file.bytes);
    },
    async remove(path) {
      const what = `remove ${checkPath(path)}`;
      const answer = await ask(what, scripts.remove, [path]);
      if (answer.code !== 0 && answer.code !== ends.absent) throw failureOf(name, what, answer);
    },
    async access(path) {
      const what = `look at ${checkPath(path)}`;
      const answer = await ask(what, scripts.access, [path]);
      if (answer.code === ends.absent) return undefined;
      const access = accessIn(answer.stdout.toString('latin1').trim());
      if (answer.code !== 0 || access === undefined) throw failureOf(name, what, answer);
      return access;
    },
    async setAccess(path, access: Access) {
      checkPath(path);
      const { mode, uid, gid } = access;
      const words = [mode === undefined ? '' : octal(mode), String(uid ?? ''), String(gid ?? '')];
      await settle(`set the access of ${path}`, scripts.setAccess, [path, ...words]);
    },
    async link(path) {
      const { code, stdout } = await run(['readlink', checkPath(path)], { timeout });
      return code === 0 ? stdout.replace(/\n$/, '') : undefined;
    },
    async account(user) {
      if (!isAccountName(user)) return undefined;
      const answer = await ask(`look up ${user}`, scripts.account, [user]);
      const [uid = -1, gid = -1] = answer.stdout.toString('latin1').trim().split('\n').map(Number);
      return answer.code === 0 && uid >= 0 && gid >= 0 ? { uid, gid } : undefined;
    },
    async group(group) {
      if (!isAccountName(group)) return undefined;
      const answer = await ask(`look up ${group}`, scripts.group, [group]);
      const gid = answer.stdout.toString('latin1').trim();
      return answer.code === 0 && /^\d{1,10}$/.test(gid) ? Number(gid) : undefined;
    },
    run,
    async rights(path) {
      checkPath(path);
      const answer = await connection.ask({ script: scripts.rights, words: [path], timeout, most: 1024 });
      if (answer.code !== 0) throw failureOf(name, `look at ${path}`, answer);
      if (answer.stdout.toString('latin1').trim() === 'own') return 'own';
      if (!(await maySudo())) return 'none';
      const words = ['true'];
      const root = await connection.ask({ script: scripts.runAsRoot, words, timeout, most: 1024 });
      return root.code === 0 ? 'sudo' : 'none';
    },
    close: () => connection.close(),
  };
}

async function greet(connection: SshConnection, timeout: number): Promise<{ readonly root: boolean }> {
  const { name } = connection;
  const answer = await connection.ask({ script: scripts.greet, words: [canary], timeout, most: 4096 });
  const text = answer.stdout.toString('utf8');
  if (answer.code !== 0 || !text.startsWith(`${canary}\n`))
    throw sshFailure(
      'ENOTSUP',
      `${name}: its login shell changes the words of a command; it must be a POSIX one`,
    );
  return { root: text.slice(canary.length + 1).startsWith('0\n') };
}

const isForbidden = ({ code, stderr }: SshAnswer): boolean =>
  code === ends.forbidden || (code !== 0 && codeOfWords(stderr) === 'EACCES');

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

const tooLarge = (name: string, what: string): Error =>
  sshFailure('EFBIG', `${name}: ${what}: more than ${mostFileBytes} bytes`);

/** @throws RangeError: only absolute paths mean the same for everybody */
function checkPath(path: string): string {
  if (!path.startsWith('/') || path.endsWith('/')) throw new RangeError('not the absolute path of a file');
  return path;
}

const isAccountName = (name: string): boolean => /^[A-Za-z0-9_.][A-Za-z0-9_.@$+-]{0,63}$/.test(name);

function accessIn(line: string): Required<Access> | undefined {
  const [mode = '', uid = '', gid = ''] = line.split(' ');
  if (![mode, uid, gid].every((word) => /^\d{1,10}$/.test(word))) return undefined;
  return { mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid) };
}

const ranOf = ({ code, stdout, stderr }: SshAnswer): Ran => ({
  code,
  stdout: stdout.toString('utf8'),
  stderr,
});

function failureOf(name: string, what: string, { code, stderr }: SshAnswer): Error {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const say = (text: string): string => `${name}: ${what}: ${text}`;
  switch (code) {
    case ends.isFolder:
      return sshFailure('EISDIR', say('it is a folder'));
    case ends.tooLarge:
      return tooLarge(name, what);
    case ends.loop:
      return sshFailure('ELOOP', say('too many symbolic links'));
    case ends.absent:
      return sshFailure('ENOENT', say(said === '' ? 'no such file' : said));
    case ends.cutShort:
      return sshFailure('EIO', say(said === '' ? 'not all of it arrived; the old file is in place' : said));
    case ends.forbidden:
      return sshFailure('EACCES', say('our account may not'));
    default:
      return sshFailure(codeOfWords(stderr), say(said === '' ? `it failed with ${code}` : said));
  }
}
