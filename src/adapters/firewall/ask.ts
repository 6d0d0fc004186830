import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';

/** Where distributions put them; never the PATH, which is the user's. */
export const usualFolders: readonly string[] = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin'];

/** A longer rule set is not read, and said to be unread: half of one would be wrong. */
export const mostBytes = 8_388_608;
const mostMilliseconds = 5000;

export type Said = { readonly text: string } | { readonly why: string };

/** The path of a program, from the first folder that has it. */
export const programIn = (folders: readonly string[], name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** All that a program prints, or why not: it failed, said too much, or took too long. No shell, a bare environment. */
export async function ask(program: string, argv: readonly string[]): Promise<Said> {
  // Hosts without rules need it for nothing, and loading it takes milliseconds.
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const options = {
      timeout: mostMilliseconds,
      killSignal: 'SIGKILL',
      maxBuffer: mostBytes,
      env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    } as const;
    execFile(program, argv, options, (error, stdout, stderr) => {
      if (error === null) resolve({ text: stdout });
      else resolve({ why: reasonOf(error, stderr) });
    });
  });
}

function reasonOf(
  error: { readonly code?: unknown; readonly killed?: boolean | undefined },
  stderr: string,
): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `more than ${mostBytes >> 20} MB of rules`;
  if (error.killed) return `no answer within ${mostMilliseconds / 1000} s`;
  const [first = ''] = stderr.trim().split('\n', 1);
  return first === '' ? `failed (${String(error.code)})` : first.slice(0, 200);
}
