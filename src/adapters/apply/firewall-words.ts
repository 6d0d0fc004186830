import { printable } from '../../lang/text/index.ts';
import type { Place, Ran } from '../place/index.ts';

/** Milliseconds that a program of the packet filter gets. */
export const timeout = 20_000;

/** What a program complained about, in a line. */
export function failureOf(program: string, { code, stderr }: Ran): Error {
  const [first = ''] = stderr.trim().split('\n', 1);
  return new Error(`${program}: ${first === '' ? `ended with ${code}` : printable(first.slice(0, 300))}`);
}

/** Runs a program with this input, if any; gives what it prints. */
export async function feed(place: Place, argv: readonly string[], input = ''): Promise<string> {
  const said = await place.run(argv, { timeout, input: Buffer.from(input) });
  if (said.code !== 0) throw failureOf(argv[0] ?? '', said);
  return said.stdout;
}
