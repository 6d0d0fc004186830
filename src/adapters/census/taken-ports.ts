import { listeningTcp } from '../host/socket-tables.ts';
import type { Place } from '../place/index.ts';

/** Enough for thousands of listening sockets, which stand first in the tables. */
const most = '262144';

/**
 * TCP ports that somebody listens at on a host, in the network of this process there; `undefined` where the host does
 * not tell.
 *
 * @param place the host
 * @param process a process id, whose network it is; absent: that of the host
 * @example await takenPorts(placeNamed('here'), 812) // [22, 6379]
 */
export async function takenPorts(place: Place, process?: number): Promise<readonly number[] | undefined> {
  const tables = ['tcp', 'tcp6'].map((name) => `/proc/${process ?? 'self'}/net/${name}`);
  try {
    // Where IPv6 is off there is no such table: what it ends with tells nothing.
    const { stdout } = await place.run(['head', '-v', '-c', most, ...tables], { timeout: 5000 });
    const ports = stdout
      .split(/^==> .{1,64} <==$/m)
      .slice(1)
      .flatMap((table) => listeningTcp(table.trimStart()).map(({ port }) => port));
    return stdout === '' ? undefined : [...new Set(ports)].toSorted((a, b) => a - b);
  } catch {
    return undefined;
  }
}
