import { printable } from '../../lang/text/index.ts';
import { targetName, type Audit, type Evidence, type ServerAudit } from '../../model/index.ts';

/** What reports see of a server: all but its evidence, and from that only how it was asked. */
export interface ShownServer extends Omit<ServerAudit, 'evidence'> {
  /** In words: "redis://10.0.0.5:6379, over TLSv1.3, as user default". */
  readonly seenBy: string;
}

export interface ShownAudit extends Omit<Audit, 'servers'> {
  readonly servers: readonly ShownServer[];
}

/** Longest text of a server that a report repeats. */
const longest = 2000;

/** The same value with every string, also of keys, rewritten. */
export function rewrite<T>(value: T, change: (text: string) => string): T;
export function rewrite(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((part: unknown) => rewrite(part, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [change(name), rewrite(part, change)]),
  );
}

/** The same value with every string made harmless to print. */
export const harmless = <T>(value: T): T => rewrite(value, (text) => printable(text, longest));

const doors: Readonly<Record<string, string>> = {
  open: 'no login asked for',
  login: 'it asks for a login',
  protected: 'protected mode turned us away',
  full: 'it had no room for another client',
  'tls-only': 'it speaks TLS only',
  'client-certificate': 'it wants a client certificate',
  silent: 'it said nothing',
  foreign: 'what answers does not speak RESP',
};

function seenBy({ target, facts }: Evidence): string {
  const { endpoint, door, whoami } = facts;
  const tls = endpoint.known ? endpoint.value.tls : undefined;
  return [
    target.kind === 'conf' ? `its configuration file ${target.path}` : targetName(target),
    tls ? `over ${tls.protocol}` : undefined,
    whoami.known ? `as user ${whoami.value}` : undefined,
    endpoint.known && endpoint.value.local ? 'from its own host' : undefined,
    door.known ? doors[door.value] : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** The audit as reports get it: see `defineReport`. */
export const show = (audit: Audit): ShownAudit =>
  harmless({
    ...audit,
    servers: audit.servers.map(({ evidence, ...server }) => ({ ...server, seenBy: seenBy(evidence) })),
  });
