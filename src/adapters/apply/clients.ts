import { connectionName } from './entry.ts';
import type { Site } from './site.ts';
import { textIn } from './words.ts';

/** One line of CLIENT LIST as its fields. */
export type Client = ReadonlyMap<string, string>;

/** Everybody but ourselves, and but the server's own connection to its master. */
export async function othersOf({ session }: Site): Promise<readonly Client[]> {
  const text = textIn(await session.ask('CLIENT', 'LIST')) ?? '';
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(
      (line) =>
        new Map(
          line
            .trim()
            .split(' ')
            .map((field) => {
              const equals = field.indexOf('=');
              return [field.slice(0, equals), field.slice(equals + 1)] as const;
            }),
        ),
    )
    .filter(
      (client) =>
        !session.ids.has(client.get('id') ?? '') &&
        client.get('name') !== connectionName &&
        !client.get('flags')?.includes('M'),
    );
}

/** Sentinel names its connections so, at every server that it watches. */
const sentinelName = /^sentinel-[0-9a-f]{8}-(cmd|pubsub)$/;

/** The link of a replica, or of a Sentinel: it comes back by itself when it ends. */
export const isLink = (client: Client): boolean => {
  const flags = client.get('flags') ?? '';
  return (flags.includes('S') && !flags.includes('O')) || sentinelName.test(client.get('name') ?? '');
};

/** Before 6.0 everybody is the default user. */
export const userOf = (client: Client): string => client.get('user') ?? 'default';

/** Without its port, as the census has it; `unix` for the socket. */
export function addressOf(client: Client): string {
  const address = client.get('addr') ?? '';
  if (address.startsWith('/') || address.startsWith('[/')) return 'unix';
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
}

/** Ids of a user's connections; none where we may not look. */
export async function connectionsOf(site: Site, user: string): Promise<ReadonlySet<string>> {
  try {
    const others = await othersOf(site);
    return new Set(
      others.filter((client) => userOf(client) === user).map((client) => client.get('id') ?? ''),
    );
  } catch {
    return new Set();
  }
}
