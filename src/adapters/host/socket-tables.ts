import { addressOf } from './socket-addresses.ts';

export interface TcpSocket {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

export interface UnixSocket {
  readonly path: string;
  readonly inode: string;
}

/** Listening sockets of /proc/net/tcp or tcp6. The kernel lists them first, so the first other state ends the work. */
export function listeningTcp(table: string): readonly TcpSocket[] {
  const found: TcpSocket[] = [];
  for (const line of linesOf(table)) {
    const [, local = '', , state, , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
    if (state !== '0A') break;
    const [hex = '', port = ''] = local.split(':');
    const address = addressOf(hex);
    if (address !== undefined)
      found.push({ address, port: Number.parseInt(port, 16), uid: Number(uid), inode });
  }
  return found;
}

/** Whether a part of that table has come to the end of the listening ones: its last whole line is of another state. */
export function isPastListening(part: Buffer): boolean {
  const end = part.lastIndexOf(0x0a);
  const start = part.lastIndexOf(0x0a, end - 1);
  if (end < 0 || start < 0) return false;
  return (
    part
      .toString('latin1', start + 1, end)
      .trim()
      .split(/\s+/)[3] !== '0A'
  );
}

/** Listening sockets with a name of /proc/net/unix: those with the flag `__SO_ACCEPTCON`. Abstract ones begin with `@`. */
export function listeningUnix(table: string): readonly UnixSocket[] {
  const found: UnixSocket[] = [];
  for (const line of linesOf(table)) {
    const [, flags, inode, path] = /^\S+ \S+ \S+ ([0-9A-F]{8}) \S+ \S+ +([0-9]+) (.+)$/i.exec(line) ?? [];
    if (flags === undefined || inode === undefined || path === undefined) continue;
    if (Number.parseInt(flags, 16) & 0x10000) found.push({ path, inode });
  }
  return found;
}

/** The lines below the heading. */
function* linesOf(table: string): Generator<string> {
  for (let start = table.indexOf('\n') + 1; start > 0 && start < table.length;) {
    const end = table.indexOf('\n', start);
    yield table.slice(start, end < 0 ? table.length : end);
    start = end < 0 ? table.length : end + 1;
  }
}
