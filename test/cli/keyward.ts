/** The command line as a person runs it: a process of its own. */
import { spawn } from 'node:child_process';
import { bundledProgram } from './bundled.ts';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface How {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Words before the program: `setpriv …`. */
  readonly within?: readonly string[];
  /** What a shell does with it, as `"$@" | head -1`; the command is `"$@"`. */
  readonly shell?: string;
  /** Milliseconds until it counts as hanging; 15 seconds. */
  readonly patience?: number;
}

export const program: readonly string[] = [process.execPath, await bundledProgram()];

/** Runs it to its end. Its environment is ours without credentials and without wishes for colours. */
export const keyward = (args: readonly string[], how: How = {}): Promise<Ran> =>
  start(
    [...(how.within ?? []), ...(how.shell ? ['bash', '-c', how.shell, 'bash'] : []), ...program, ...args],
    how,
  );

function start(words: readonly string[], how: How): Promise<Ran> {
  const { patience = 15_000 } = how;
  const [command = '', ...rest] = words;
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...how.env }).filter(
      ([name]) =>
        name in (how.env ?? {}) || !/^(REDISCLI_AUTH|NO_COLOR|FORCE_COLOR|NODE_|VITEST|TEST)/.test(name),
    ),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { cwd: how.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${words.join(' ')} hangs: ${Buffer.concat(err).toString()}`));
    }, patience);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() });
    });
  });
}

const many = `
import { runCommandLine } from ${JSON.stringify(new URL('../../src/apps/cli/run.ts', import.meta.url).href)};
const said = [];
process.stderr.write = (text) => (said.push(String(text)), true);
process.stdout.write = (text, done) => (typeof done === 'function' && done(), true);
const rows = [];
for (const args of JSON.parse(process.env.KEYWARD_LINES)) {
  said.length = 0;
  const code = await runCommandLine(args);
  rows.push({ code, signal: null, out: '', err: said.join('') });
}
const { writeFileSync } = await import('node:fs');
writeFileSync(1, JSON.stringify(rows));
process.exit(0);
`;

/** Many command lines one after the other in one process, for what they say and the code they give. */
export async function keywards(lines: readonly (readonly string[])[]): Promise<readonly Ran[]> {
  const [node = ''] = program;
  const { out, err } = await start([node, '--input-type=module', '--eval', many], {
    env: { KEYWARD_LINES: JSON.stringify(lines) },
    patience: 60_000,
  });
  if (out === '') throw new Error(err);
  return JSON.parse(out) as Ran[];
}
