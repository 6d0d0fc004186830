import { execFile } from 'node:child_process';

const outputLimit = 16 * 1024 * 1024;

/** Runs one program without a shell and gives its output; a failure names the program and its last words. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly timeout?: number } = {},
): Promise<string> {
  const { env = process.env, cwd, timeout = 300_000 } = options;
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { env, cwd, timeout, maxBuffer: outputLimit }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program}: ${lastWords(stderr) || lastWords(stdout) || error.message}`));
    });
  });
}

function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /^(?:E:|Err:|npm error|.*error)/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-3).join('; ').slice(0, 400);
}
