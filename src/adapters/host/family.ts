/** A server of the Redis family, told by the name of its program. */
export interface FamilyMember {
  readonly product: 'redis' | 'valkey' | 'keydb' | 'redict' | 'dragonfly' | 'kvrocks' | 'garnet';
  readonly sentinel: boolean;
}

// redis-server-7.2 (Redis Enterprise) and redis-server.real (wrapped by a distribution) are servers too.
const servers =
  /^(redis|valkey|keydb|keydb-pro|redict)-(server|sentinel)(?:[-._]?[0-9][\w.]*|\.real|\.bin)?$/;
const others: Readonly<Record<string, FamilyMember['product']>> = {
  dragonfly: 'dragonfly',
  'dragonfly-x86_64': 'dragonfly',
  'dragonfly-aarch64': 'dragonfly',
  kvrocks: 'kvrocks',
  'garnet-server': 'garnet',
  GarnetServer: 'garnet',
  'GarnetServer.dll': 'garnet',
};

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What a program's name or path says; undefined for anything that is no server of the family. */
export function familyMember(program: string): FamilyMember | undefined {
  const name = nameOf(program.replace(/ \(deleted\)$/, ''));
  const other = others[name];
  if (other !== undefined) return { product: other, sentinel: false };
  const [, brand, role] = servers.exec(name) ?? [];
  if (brand === undefined) return undefined;
  const product = brand === 'keydb-pro' ? 'keydb' : brand;
  return { product: product as FamilyMember['product'], sentinel: role === 'sentinel' };
}

/**
 * Programs that are one file with the server: Redis looks at the name it was called by. On Debian
 * /usr/bin/redis-server is a link to redis-check-rdb, so /proc/PID/exe shows that one for a running server.
 */
export const isCheckTool = (program: string): boolean =>
  /^(redis|valkey|keydb|redict)-check-(rdb|aof|dump)$/.test(nameOf(program.replace(/ \(deleted\)$/, '')));

/** ld.so started by hand: `ld-linux-x86-64.so.2 --library-path … redis-server`. */
export const isLoader = (program: string): boolean =>
  /^(ld-linux|ld-musl|ld64?\.so|ld-2\.|ld\.so)/.test(nameOf(program));
