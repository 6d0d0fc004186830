export type Role = 'administrator' | 'replica' | 'sentinel' | 'exporter' | 'backup';

// Whole words of a user's name, in the order in which they decide.
const words: readonly (readonly [Role, ReadonlySet<string>])[] = [
  ['sentinel', new Set(['sentinel', 'sentinels', 'failover'])],
  [
    'replica',
    new Set(['replica', 'replicas', 'repl', 'replication', 'replicator', 'slave', 'masteruser', 'psync']),
  ],
  [
    'exporter',
    new Set([
      'exporter',
      'metrics',
      'metric',
      'monitoring',
      'monitor',
      'prometheus',
      'datadog',
      'zabbix',
      'telegraf',
      'newrelic',
      'nagios',
      'netdata',
      'healthcheck',
      'health',
      'probe',
      'stats',
    ]),
  ],
  ['backup', new Set(['backup', 'backups', 'shake'])],
  [
    'administrator',
    new Set([
      'admin',
      'administrator',
      'admins',
      'root',
      'superuser',
      'super',
      'su',
      'operator',
      'operators',
      'operations',
      'ops',
      'dba',
      'sre',
      'owner',
      'master',
      'maintenance',
      'acladmin',
      'sysadmin',
      'keyward',
    ]),
  ],
];

/** `redisAdmin-2` is `redis`, `admin`. */
const partsOf = (name: string): readonly string[] =>
  name
    .slice(0, 200)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((part) => part !== '');

/** What a user is for, going by its name alone; `undefined` where the name does not say. */
export function roleOf(name: string): Role | undefined {
  const parts = partsOf(name);
  return words.find(([, known]) => parts.some((part) => known.has(part)))?.[0];
}
