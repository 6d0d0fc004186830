/** Words to the person, on standard error: standard output belongs to the report. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The report. Resolves when it is written, also into a pipe; a reader who has gone away is no error. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('error', () => resolve());
    process.stdout.write(text, () => resolve());
  });
}
