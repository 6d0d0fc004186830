/** Where a server that is about to start will live. */
export interface Place {
  readonly dir: string;
  readonly port: number;
  /** A second free port, for `tls-port`. */
  readonly tlsPort: number;
}

/** Directives as they stand in redis.conf, one per line; a function when they need the place. */
export type Conf = readonly string[] | ((place: Place) => readonly string[]);

/** The configuration file's lines: the given ones, and for what they leave open, what keeps the server private. */
export function configurationLines(conf: Conf, place: Place, sentinel: boolean): readonly string[] {
  const given = typeof conf === 'function' ? conf(place) : conf;
  const named = new Set(given.map((line) => directive(line)));
  const defaults: readonly (readonly [string, string])[] = [
    ['bind', '127.0.0.1'],
    ['port', String(place.port)],
    ['dir', JSON.stringify(place.dir)],
    ['daemonize', 'no'],
    ...(sentinel ? [] : ([['save', '""']] as const)),
  ];
  return [...defaults.filter(([name]) => !named.has(name)).map((pair) => pair.join(' ')), ...given];
}

/** The value of the last line that sets `name`, or undefined. */
export function lastValue(lines: readonly string[], name: string): string | undefined {
  return lines
    .findLast((line) => directive(line) === name)
    ?.trim()
    .slice(name.length)
    .trim();
}

const directive = (line: string): string => (line.trim().split(/\s/, 1)[0] ?? '').toLowerCase();
