/**
 * What a program prints, at most 4 MiB; what it had printed so far when it fails or `milliseconds` have passed.
 * No shell, a bare environment, and answers in English.
 */
export async function collectOutput(
  program: string,
  argv: readonly string[],
  milliseconds: number,
): Promise<string> {
  // Few hosts need it, and loading it takes milliseconds.
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const options = {
      timeout: milliseconds,
      maxBuffer: 4_194_304,
      env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    };
    execFile(program, argv, options, (_error, stdout) => resolve(stdout));
  });
}
