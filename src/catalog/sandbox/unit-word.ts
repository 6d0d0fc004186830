/**
 * A path as one word of a list in a unit file: `%` begins a specifier, a blank parts words, a backslash escapes
 * (systemd.unit(5), systemd.syntax(7)).
 *
 * Control characters cannot be said there: `sandboxDropIn` refuses them.
 *
 * @example unitWord('/srv/my data/50%') // `"/srv/my data/50%%"`
 */
export function unitWord(path: string): string {
  const plain = path.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}
