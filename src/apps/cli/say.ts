import { printable } from '../../index.ts';

/**
 * Words to the person, on standard error: standard output belongs to the report. A path or an error text may carry
 * escape codes, so no line goes out as it came.
 */
export function say(text: string): void {
  const lines = `${text
    .split('\n')
    .map((line) => printable(line))
    .join('\n')}\n`;
  written = new Promise((resolve) => {
    process.stderr.write(lines, () => resolve());
  });
}

let written: Promise<void> | undefined;

/** Resolves when all that was said is written: not every system writes into a pipe at once. */
export const said = (): Promise<void> | undefined => written;

/** The report. Resolves when it is written, also into a pipe; a reader who has gone away is no error. */
export async function print(text: string | Iterable<string>): Promise<void> {
  let gone = false;
  process.stdout.on('error', () => {
    gone = true;
  });
  for (const part of typeof text === 'string' ? [text] : text) {
    await new Promise<void>((resolve) => {
      process.stdout.write(part, () => resolve());
    });
    if (gone) return;
  }
}

/** Colours only for a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export const colorful = (stream: { readonly isTTY?: boolean }): boolean => {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0';
  return stream.isTTY === true;
};

/** Columns to write for: those of the terminal within what a line can bear, 80 where there is none. */
export const columnsOf = (stream: { readonly isTTY?: boolean; readonly columns?: number }): number =>
  stream.isTTY === true && stream.columns ? Math.max(40, Math.min(stream.columns, 120)) : 80;
