/**
 * One connection over the system's own OpenSSH, so that keys, agents, jump hosts, certificates and known hosts are
 * the user's. A master (`ssh -M -N -f`) holds it for a minute after its last use; each command is a session of it.
 * A master that died is started again by the next command. Host keys are checked as the user's configuration says.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTurns } from '../collect/turns.ts';
import { atEnd } from '../servers/cleanup.ts';
import { sshFailure } from './ssh-failure.ts';
import { afterMarker, collectOutput, statusIn } from './ssh-output.ts';
import { quoteWords } from './ssh-quote.ts';
import { frame } from './ssh-scripts.ts';
import { checkTarget, nameOfTarget, type SshTarget, wordsOfTarget } from './ssh-target.ts';

export interface SshConnectionOptions {
  /** The ssh program; `ssh` of the PATH when absent. */
  readonly program?: string;
  /** Further words of ssh, as `['-F', file]` or `['-i', key]`. */
  readonly words?: readonly string[];
  /** Milliseconds until it must be connected; 10 seconds when absent. */
  readonly connectTimeout?: number;
}

export interface SshCommand {
  readonly script: string;
  readonly words: readonly string[];
  readonly input?: Buffer;
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes of output that are kept. */
  readonly most: number;
  /** The whole script as root. */
  readonly root?: boolean;
}

export interface SshAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface SshConnection {
  readonly name: string;
  /** Rejects with a code of `ssh-failure.ts` when there was no answer; a script that failed is an answer. */
  ask(command: SshCommand): Promise<SshAnswer>;
  close(): Promise<void>;
}

interface Ended {
  readonly code: number | null;
  readonly timedOut: boolean;
}

// A Linux kernel takes 128 KiB in one word, and the whole command line is one word of the login shell.
const longestCommand = 120_000;
const alive = 5;

/** Does not connect yet. @throws RangeError on a target that `checkTarget` refuses */
export function sshConnection(target: SshTarget, options: SshConnectionOptions = {}): SshConnection {
  const { program = 'ssh', words = [], connectTimeout = 10_000 } = options;
  const to = wordsOfTarget(checkTarget(target));
  const name = nameOfTarget(target);
  // As many as a stock sshd lets run in one connection, and some to spare.
  const inTurn = createTurns(6);
  let folder: string | undefined;
  let forgetFolder: (() => void) | undefined;
  const removeFolder = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  };
  const socket = (): string => {
    if (folder === undefined) {
      folder = mkdtempSync(join(shortFolder(), 'keyward-ssh-'));
      // Without `close` no folder is left either; the master ends by itself, a minute later.
      forgetFolder = atEnd(removeFolder);
    }
    return join(folder, 'master');
  };
  // Of two words for one option ssh takes the first: ours.
  const common = (): readonly string[] => [
    ...[
      'BatchMode=yes',
      `ConnectTimeout=${Math.ceil(connectTimeout / 1000)}`,
      `ServerAliveInterval=${alive}`,
      'ServerAliveCountMax=2',
      'ForwardAgent=no',
      'ForwardX11=no',
      'ClearAllForwardings=yes',
      'PermitLocalCommand=no',
      'RemoteCommand=none',
      'RequestTTY=no',
      'LogLevel=ERROR',
      `ControlPath=${socket()}`,
    ].flatMap((option) => ['-o', option]),
    ...words,
  ];

  async function startMaster(): Promise<void> {
    const log = `${socket()}.log`;
    rmSync(socket(), { force: true });
    // A file and no pipe: the master keeps its standard error, and a pipe would never end.
    const handle = openSync(log, 'w', 0o600);
    try {
      const argv = [...common(), '-o', 'ControlPersist=60', '-M', '-N', '-f', ...to];
      const child = spawn(program, argv, { stdio: ['ignore', 'ignore', handle] });
      const { code, timedOut } = await end(child, 'exit', connectTimeout + 20_000);
      if (timedOut) throw sshFailure('ETIMEDOUT', `${name}: no login in time`);
      if (code !== 0) throw sshFailure('ECONNRESET', `${name}: ${lastWords(readFileSync(log, 'utf8'))}`);
    } finally {
      closeSync(handle);
    }
  }

  let starting: Promise<void> | undefined;
  const connected = async (): Promise<void> => {
    if (existsSync(socket())) return;
    starting ??= startMaster().finally(() => (starting = undefined));
    await starting;
  };

  async function ask({ script, words: values, input, timeout, most, root }: SshCommand): Promise<SshAnswer> {
    const marker = `keyward-${randomBytes(12).toString('hex')}`;
    const sudo = root === true ? ['sudo', '-n', '--'] : [];
    const line = quoteWords([...sudo, 'sh', '-c', frame(script), 'keyward', marker, ...values]);
    if (Buffer.byteLength(line) > longestCommand)
      throw new RangeError(`a command of ${Buffer.byteLength(line)} bytes is more than a shell takes`);
    await connected();
    const argv = [...common(), '-o', 'ControlMaster=no', '-T', ...to, line];
    const child = spawn(program, argv, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    const stdout = collectOutput(child.stdout, most);
    const stderr = collectOutput(child.stderr, 1 << 20);
    // The other side may end before it has read all; its answer says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    const { code, timedOut } = await end(child, 'close', timeout);
    if (timedOut) throw sshFailure('ETIMEDOUT', `${name}: no answer in ${timeout} ms`);
    const status = statusIn(stderr.tail(), marker);
    const out = afterMarker(stdout.bytes(), marker);
    const said = afterMarker(stderr.bytes(), marker)?.toString('utf8') ?? '';
    if (status !== undefined && out !== undefined)
      return { code: status, stdout: out.subarray(0, most), stderr: withoutStatus(said, marker) };
    // Whatever became of the master, the next command has a new one.
    rmSync(socket(), { force: true });
    const why = lastWords(stderr.bytes().toString('utf8'));
    if (out !== undefined || code === 255 || code === null)
      throw sshFailure('ECONNRESET', `${name}: connection lost: ${why}`);
    if (root === true) throw sshFailure('EACCES', `${name}: sudo refused: ${why}`);
    throw sshFailure('ENOTSUP', `${name}: its login shell did not run sh as POSIX has it: ${why}`);
  }

  return {
    name,
    ask: (command) => inTurn(() => ask(command)),
    async close() {
      if (folder !== undefined && existsSync(socket())) {
        const child = spawn(program, [...common(), '-O', 'exit', ...to], { stdio: 'ignore' });
        await end(child, 'exit', 5000);
      }
      removeFolder();
      forgetFolder?.();
    },
  };
}

/** The path of a unix socket has about 100 bytes, and ssh_config reads blanks, `%` and `$` in it. */
function shortFolder(): string {
  const folder = tmpdir();
  return /^[A-Za-z0-9/._+-]{1,48}$/.test(folder) ? folder : '/tmp';
}

/** Waits for a program, at most so long; then it is killed. Rejects where it cannot be started. */
function end(child: ReturnType<typeof spawn>, event: 'exit' | 'close', milliseconds: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      // Whoever holds its pipes open is not waited for.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, milliseconds);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(sshFailure('ENOTSUP', `ssh cannot be started: ${error.message}`));
    });
    child.once(event, (code) => {
      clearTimeout(timer);
      resolve({ code: code as number | null, timedOut });
    });
  });
}

function withoutStatus(text: string, marker: string): string {
  const at = text.lastIndexOf(`\n${marker} `);
  return at < 0 ? text : text.slice(0, at);
}

/** The last lines of what ssh wrote. */
function lastWords(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const words = lines.filter((line) => line !== '' && !line.startsWith('keyward-')).slice(-3);
  return words.length === 0 ? 'it said nothing' : words.join('; ');
}
