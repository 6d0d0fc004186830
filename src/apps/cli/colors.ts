/**
 * Whether to write colours to standard output: `NO_COLOR` (no-color.org) goes before `FORCE_COLOR` (Node's own word
 * for it), and these before what the terminal is.
 */
export function wantsColor(): boolean {
  if (process.env.NO_COLOR) return false;
  const forced = process.env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return process.stdout.isTTY && process.env.TERM !== 'dumb';
}
