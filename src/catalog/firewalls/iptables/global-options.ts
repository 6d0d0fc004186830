/** Options that every rule may have, whatever its modules. */
export type GlobalOption =
  | 'source'
  | 'destination'
  | 'protocol'
  | 'in-interface'
  | 'out-interface'
  | 'match'
  | 'jump'
  | 'goto'
  | 'fragment'
  | 'set-counters'
  | 'wait'
  | 'wait-interval'
  | 'modprobe'
  | 'ipv4'
  | 'ipv6'
  | 'table'
  | 'quiet';

export const globalOptions: ReadonlyMap<string, GlobalOption> = new Map<string, GlobalOption>([
  ['-s', 'source'],
  ['--source', 'source'],
  ['--src', 'source'],
  ['-d', 'destination'],
  ['--destination', 'destination'],
  ['--dst', 'destination'],
  ['-p', 'protocol'],
  ['--protocol', 'protocol'],
  ['--proto', 'protocol'],
  ['-i', 'in-interface'],
  ['--in-interface', 'in-interface'],
  ['-o', 'out-interface'],
  ['--out-interface', 'out-interface'],
  ['-m', 'match'],
  ['--match', 'match'],
  ['-j', 'jump'],
  ['--jump', 'jump'],
  ['-g', 'goto'],
  ['--goto', 'goto'],
  ['-f', 'fragment'],
  ['--fragment', 'fragment'],
  ['--fragments', 'fragment'],
  ['-c', 'set-counters'],
  ['--set-counters', 'set-counters'],
  ['-w', 'wait'],
  ['--wait', 'wait'],
  ['-W', 'wait-interval'],
  ['--wait-interval', 'wait-interval'],
  ['-M', 'modprobe'],
  ['--modprobe', 'modprobe'],
  ['-4', 'ipv4'],
  ['--ipv4', 'ipv4'],
  ['-6', 'ipv6'],
  ['--ipv6', 'ipv6'],
  ['-t', 'table'],
  ['--table', 'table'],
  ['-v', 'quiet'],
  ['--verbose', 'quiet'],
  ['-n', 'quiet'],
  ['--numeric', 'quiet'],
  ['-x', 'quiet'],
  ['--exact', 'quiet'],
  ['--line-numbers', 'quiet'],
]);

/** By the beginning of its long name. */
export function globalOf(word: string): GlobalOption | undefined {
  if (word.length < 4) return undefined;
  for (const [name, option] of globalOptions) if (name.startsWith(word)) return option;
  return undefined;
}
