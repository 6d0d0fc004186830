/** The lines of /proc/PID/status by name: `{ Uid: '0\t0\t0\t0' }`. */
export function statusLines(text: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) lines.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return lines;
}

/** One of these lines; cheaper than all of them, for a look at every process of a host. */
export function statusLine(text: string, name: string): string | undefined {
  const first = text.startsWith(`${name}:`);
  const at = first ? 0 : text.indexOf(`\n${name}:`) + 1;
  if (at === 0 && !first) return undefined;
  const end = text.indexOf('\n', at);
  return text.slice(at + name.length + 1, end < 0 ? undefined : end).trim();
}

/** The effective id of a `Uid` or `Gid` line: real, effective, saved, file system. */
export function effectiveId(line: string | undefined): number | undefined {
  const id = Number(line?.split(/\s+/)[1] ?? Number.NaN);
  return Number.isInteger(id) ? id : undefined;
}

const softLimits: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
  'Max realtime timeout': 'rttime',
};

/** Soft limits of /proc/PID/limits by the names that limits.conf gives them; `unlimited` is -1. */
export function limitsOf(text: string): Readonly<Record<string, number>> {
  const limits: Record<string, number> = {};
  for (const line of text.split('\n')) {
    // The kernel pads the name to 25 characters.
    const name = softLimits[line.slice(0, 25).trim()];
    const soft = line.slice(25).trim().split(/\s+/)[0];
    if (name === undefined || soft === undefined) continue;
    const value = soft === 'unlimited' ? -1 : Number(soft);
    if (Number.isFinite(value)) limits[name] = value;
  }
  return limits;
}
