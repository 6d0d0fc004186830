/** What the user pointed at, or what was found on this host. Credentials are never part of it. */
export type Target =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      readonly user?: string;
    }
  | { readonly kind: 'unix'; readonly path: string; readonly user?: string }
  | { readonly kind: 'conf'; readonly path: string }
  | { readonly kind: 'snapshot'; readonly path: string };

/** The same place, whoever comes. */
export function withoutUser(target: Target): Target {
  if (!('user' in target)) return target;
  const { user: _, ...place } = target;
  return place;
}

/** The target as a user would type it, without any password. */
export function targetName(target: Target): string {
  switch (target.kind) {
    case 'tcp': {
      // As joinHostPort does, whose room needs a package: what is printed at once needs none.
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      return `${target.tls ? 'rediss' : 'redis'}://${target.user ? `${target.user}@` : ''}${host}:${target.port}`;
    }
    case 'unix':
      return `unix://${target.path}`;
    case 'conf':
    case 'snapshot':
      return target.path;
  }
}
