/**
 * Settings that no plan changes, though a finding asks for it: what they mean is decided elsewhere, and changed alone
 * they lose data or cut servers off from each other.
 */
const links =
  'Every server that it speaks with has to change at the same time: replicas to the TLS port of their master, all nodes of a cluster at once.';

const reasons: Readonly<Record<string, readonly [why: string, advice: string]>> = {
  'tls-replication': [
    links,
    'Give the master a TLS port first; then, on each replica, CONFIG SET tls-replication yes and REPLICAOF with that port.',
  ],
  'tls-cluster': [
    links,
    'Give every node a TLS port, then switch tls-cluster on at all of them in one maintenance window.',
  ],
  logfile: [
    'The server would write where the plan says, with its own rights.',
    'Write logfile into redis.conf by hand, with a file that only the server’s user may read, and restart.',
  ],
};

/** Where the server finds its data when it starts. */
const places: ReadonlySet<string> = new Set([
  'dir',
  'dbfilename',
  'appendfilename',
  'appenddirname',
  'appendonly',
]);

/**
 * Why a setting is left alone, and what a person does. `live`: it can be changed now, back to what a finding says.
 *
 * @example leftAlone('appendonly', { live: false })
 */
export function leftAlone(
  name: string,
  { live }: { readonly live: boolean },
): readonly [why: string, advice: string] | undefined {
  if (Object.hasOwn(reasons, name)) return reasons[name];
  if (!places.has(name) || live) return undefined;
  return [
    `A server that starts with another ${name} looks for its data elsewhere, and begins empty.`,
    name === 'appendonly'
      ? 'CONFIG SET appendonly yes while it runs, wait until it has written its file, then write the line into redis.conf.'
      : `Stop the server, move its data, change ${name} in redis.conf, and start it again.`,
  ];
}
