/**
 * What no server tells about its directives, by hand. Everything that a server does tell is in
 * `tables/measured.ts`; where both speak, this file wins.
 */
import type { ConfProduct } from './traits.ts';

/** Two names of one setting: either may be written, both are printed. The newer name first. */
export const aliases: readonly (readonly [name: string, alias: string])[] = [
  ['replica-serve-stale-data', 'slave-serve-stale-data'],
  ['replica-read-only', 'slave-read-only'],
  ['replica-ignore-maxmemory', 'slave-ignore-maxmemory'],
  ['replica-lazy-flush', 'slave-lazy-flush'],
  ['replica-priority', 'slave-priority'],
  ['replica-announce-ip', 'slave-announce-ip'],
  ['replica-announce-port', 'slave-announce-port'],
  ['repl-ping-replica-period', 'repl-ping-slave-period'],
  ['min-replicas-to-write', 'min-slaves-to-write'],
  ['min-replicas-max-lag', 'min-slaves-max-lag'],
  ['cluster-replica-no-failover', 'cluster-slave-no-failover'],
  ['cluster-replica-validity-factor', 'cluster-slave-validity-factor'],
  ['replicaof', 'slaveof'],
  ['hash-max-listpack-entries', 'hash-max-ziplist-entries'],
  ['hash-max-listpack-value', 'hash-max-ziplist-value'],
  ['zset-max-listpack-entries', 'zset-max-ziplist-entries'],
  ['zset-max-listpack-value', 'zset-max-ziplist-value'],
  ['list-max-listpack-size', 'list-max-ziplist-size'],
  ['busy-reply-threshold', 'lua-time-limit'],
  ['server-cpulist', 'server_cpulist'],
  ['bio-cpulist', 'bio_cpulist'],
  ['aof-rewrite-cpulist', 'aof_rewrite_cpulist'],
  ['bgsave-cpulist', 'bgsave_cpulist'],
  ['primaryauth', 'masterauth'],
  ['primaryuser', 'masteruser'],
  ['commandlog-execution-slower-than', 'slowlog-log-slower-than'],
  ['commandlog-slow-execution-max-len', 'slowlog-max-len'],
];

/** Values that must never be shown. `masteruser` and the others that a server redacts are not secrets by themselves. */
export const secrets: ReadonlySet<string> = new Set([
  'requirepass',
  'masterauth',
  'primaryauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
  'user',
  'db-s3-object',
  'storage-provider-options',
]);

/** Directives of which every line counts; of all others the last line wins. */
export const accumulating: ReadonlySet<string> = new Set([
  'save',
  'client-output-buffer-limit',
  'include',
  'loadmodule',
  'rename-command',
  'user',
  'sentinel',
  'db-s3-object',
  'tls-allowlist',
]);

/** How the special directives are read: the names that `specials.ts` knows. */
export const specials: Readonly<Record<string, string>> = {
  save: 'save',
  bind: 'list 16',
  'client-output-buffer-limit': 'limits',
  'oom-score-adj-values': 'oom',
  'notify-keyspace-events': 'events',
  replicaof: 'primary',
  slaveof: 'primary',
  dir: 'directory',
  'latency-tracking-info-percentiles': 'percentiles',
  'proc-title-template': 'title',
  'cluster-announce-hostname': 'hostname',
  'cluster-announce-human-nodename': 'nodename',
  'rdma-bind': 'list 16',
  'cluster-announce-client-ipv4': 'ipv4',
  'cluster-announce-client-ipv6': 'ipv6',
  'cluster-announce-ip': 'cluster ip',
};

/** Paths must be plain file names, and which refuse to be empty. */
export const fileNames: Readonly<Record<string, string>> = {
  dbfilename: 'filename',
  appendfilename: 'filename',
  appenddirname: 'dirname',
};

/** A NUL inside their value is kept; in all other strings it ends the value. */
export const binaryStrings: ReadonlySet<string> = new Set(['requirepass', 'masterauth', 'primaryauth']);

/** Bounds that old servers checked in their own words, or kinds of directives that no server at hand knows. */
const long = '-9223372036854775808..9223372036854775807';
const int = '0..2147483647';
export const unmeasured: Readonly<Record<string, string>> = {
  'hash-max-zipmap-entries': `memory 0..18446744073709551615`,
  'hash-max-zipmap-value': `memory 0..18446744073709551615`,
  'list-max-ziplist-entries': `memory 0..18446744073709551615`,
  'list-max-ziplist-value': `memory 0..18446744073709551615`,
  'vm-enabled': 'boolean, fixed',
  'vm-swap-file': 'string, fixed',
  'vm-max-memory': 'memory 0..18446744073709551615, fixed',
  'vm-page-size': 'memory 0..18446744073709551615, fixed',
  'vm-pages': 'memory 0..18446744073709551615, fixed',
  'vm-max-threads': `integer ${long}, fixed`,
  glueoutputbuf: 'boolean, fixed',
  // KeyDB
  'server-threads': 'integer 1..16, fixed',
  'server-thread-affinity': 'boolean, fixed',
  'active-replica': 'boolean, fixed',
  'multi-master': 'boolean, fixed',
  'multi-master-no-forward': 'boolean',
  'active-client-balancing': 'boolean',
  'allow-rdb-resize-op': 'boolean',
  'allow-write-during-load': 'boolean',
  'delete-on-evict': 'boolean',
  'enable-async-commands': 'boolean',
  'enable-async-rehash': 'boolean',
  'enable-keydb-fastsync': 'boolean',
  'enable-motd': 'boolean, fixed',
  'flash-disable-key-cache': 'boolean, fixed',
  'force-backlog-disk-reserve': 'boolean',
  'force-eviction-percent': 'integer 0..100',
  'loading-process-events-interval-keys': `integer ${int}`,
  'max-rand-count': `integer 0..4611686018427387903`,
  'max-snapshot-slip': `integer ${int}`,
  'maxclients-reserved': `integer 0..100`,
  maxstorage: 'memory 0..18446744073709551615, fixed',
  'min-clients-per-thread': 'integer 1..400',
  'multithread-load-enabled': 'boolean',
  'overload-protect-percent': 'integer 0..200',
  'prefetch-enabled': 'boolean',
  'repl-backlog-disk-reserve': 'memory 0..18446744073709551615, fixed',
  'replica-quorum': 'integer -1..2147483647',
  'replica-weighting-factor': 'integer 1..2147483647',
  'semi-ordered-set-bucket-size': `integer 0..1024`,
  'soft-shutdown': 'boolean, fixed',
  'storage-cache-mode': 'enum writeback|writethrough',
  'storage-flush-period': 'integer 1..10000',
  'time-thread-priority': 'boolean',
  'tls-rotation': 'boolean',
  'tls-allowlist': 'list 256',
  'use-fork': 'boolean',
  'availability-zone': 'string',
  'db-s3-object': 'string, fixed',
  'storage-provider-options': 'string, fixed',
  'storage-provider': 'list 3, fixed',
  'scratch-file-path': 'string, fixed',
  testmode: 'boolean, fixed',
  'thp-enabled': 'boolean, fixed',
};

/** What a measured kind does not show: a built-in module's setting is taken by the server as it is. */
export const corrections: Readonly<Record<string, string>> = {
  'vset-force-single-threaded-execution': 'boolean',
  // Servers before 7.0 take any text here, and read digits as far as they go.
  unixsocketperm: 'octal 0..777, fixed',
  'client-query-buffer-limit': 'memory 1048576..9223372036854775807',
};

/** Directives that a server takes but does not print, and statements. `until` is the first version without it. */
interface Unlisted {
  readonly name: string;
  readonly product?: ConfProduct;
  readonly since: string;
  readonly until?: string;
  readonly fact: string;
  readonly value?: string;
}
export const unlisted: readonly Unlisted[] = [
  { name: 'include', since: '2.0.0', fact: 'statement, fixed' },
  { name: 'rename-command', since: '2.0.0', fact: 'statement, fixed' },
  { name: 'loadmodule', since: '4.0.0', fact: 'statement, fixed' },
  { name: 'user', since: '6.0.0', fact: 'statement, fixed' },
  { name: 'sentinel', since: '2.6.0', fact: 'statement, fixed' },
  // Taken and forgotten.
  { name: 'list-max-ziplist-entries', since: '3.2.0', fact: 'ignored, fixed' },
  { name: 'list-max-ziplist-value', since: '3.2.0', fact: 'ignored, fixed' },
  { name: 'lua-replicate-commands', since: '7.0.0', fact: 'ignored, fixed' },
  { name: 'lua-replicate-commands', since: '5.0.0', until: '6.0.0', fact: 'ignored, fixed' },
  // Before Redis 6.0 these were not in CONFIG GET.
  { name: 'syslog-enabled', since: '2.2.0', until: '6.0.0', fact: 'boolean, fixed', value: 'no' },
  { name: 'syslog-ident', since: '2.2.0', until: '6.0.0', fact: 'string, fixed', value: 'redis' },
  {
    name: 'syslog-facility',
    since: '2.2.0',
    until: '3.2.0',
    fact: 'enum user|local0|local1|local2|local3|local4|local5|local6|local7, fixed',
    value: 'local0',
  },
  { name: 'appendfilename', since: '2.0.0', until: '6.0.0', fact: 'string, fixed', value: 'appendonly.aof' },
  { name: 'cluster-enabled', since: '3.0.0', until: '6.0.0', fact: 'boolean, fixed', value: 'no' },
  { name: 'cluster-config-file', since: '3.0.0', until: '7.0.0', fact: 'string, fixed', value: 'nodes.conf' },
  { name: 'always-show-logo', since: '4.0.0', until: '6.0.0', fact: 'boolean, fixed', value: 'no' },
  { name: 'replicaof', since: '5.0.0', until: '7.0.0', fact: 'special, fixed', value: '' },
  { name: 'rdbcompression', since: '2.0.0', until: '2.8.0', fact: 'boolean', value: 'yes' },
  { name: 'activerehashing', since: '2.2.0', until: '2.8.0', fact: 'boolean', value: 'yes' },
  { name: 'rdbchecksum', since: '2.6.0', until: '2.8.0', fact: 'boolean, fixed', value: 'yes' },
  { name: 'daemonize', since: '2.0.0', until: '2.8.0', fact: 'boolean, fixed', value: 'no' },
  { name: 'pidfile', since: '2.0.0', until: '2.8.0', fact: 'string, fixed', value: '' },
  { name: 'port', since: '2.0.0', until: '2.8.0', fact: 'integer 0..65535, fixed', value: '6379' },
  { name: 'bind', since: '2.0.0', until: '2.8.0', fact: 'special, fixed', value: '' },
  { name: 'unixsocket', since: '2.2.0', until: '2.8.0', fact: 'string, fixed', value: '' },
  { name: 'unixsocketperm', since: '2.4.0', until: '2.8.0', fact: 'octal 0..777, fixed', value: '0' },
  { name: 'logfile', since: '2.0.0', until: '2.8.0', fact: 'string, fixed', value: '' },
  { name: 'databases', since: '2.0.0', until: '2.8.0', fact: 'integer 1..2147483647, fixed', value: '16' },
  { name: 'maxclients', since: '2.0.0', until: '2.8.0', fact: 'integer 0..4294967295', value: '0' },
  { name: 'slaveof', since: '2.0.0', until: '2.8.0', fact: 'special, fixed', value: '' },
  {
    name: 'repl-ping-slave-period',
    since: '2.4.0',
    until: '2.8.0',
    fact: 'integer 1..2147483647',
    value: '10',
  },
  { name: 'repl-timeout', since: '2.4.0', until: '2.8.0', fact: 'integer 1..2147483647', value: '60' },
  { name: 'vm-enabled', since: '2.0.0', until: '2.6.0', fact: 'boolean, fixed', value: 'no' },
  { name: 'really-use-vm', since: '2.4.0', until: '2.6.0', fact: 'boolean, fixed', value: 'no' },
  { name: 'vm-swap-file', since: '2.0.0', until: '2.6.0', fact: 'string, fixed', value: '/tmp/redis-%p.vm' },
  {
    name: 'vm-max-memory',
    since: '2.0.0',
    until: '2.6.0',
    fact: 'memory 0..18446744073709551615, fixed',
    value: '0',
  },
  {
    name: 'vm-page-size',
    since: '2.0.0',
    until: '2.6.0',
    fact: 'memory 0..18446744073709551615, fixed',
    value: '256',
  },
  {
    name: 'vm-pages',
    since: '2.0.0',
    until: '2.6.0',
    fact: 'memory 0..18446744073709551615, fixed',
    value: '104857600',
  },
  {
    name: 'vm-max-threads',
    since: '2.0.0',
    until: '2.6.0',
    fact: 'integer 0..2147483647, fixed',
    value: '4',
  },
  { name: 'glueoutputbuf', since: '2.0.0', until: '2.6.0', fact: 'boolean, fixed', value: 'yes' },
  ...(
    [
      ['server-threads', 'integer 1..16, fixed', '1'],
      ['server-thread-affinity', 'boolean, fixed', 'no'],
      ['multi-master', 'boolean, fixed', 'no'],
      ['storage-provider', 'list 3, fixed', ''],
      ['scratch-file-path', 'string, fixed', '/tmp/'],
      ['requirepass', 'string', ''],
      ['testmode', 'boolean, fixed', 'no'],
      ['gopher-enabled', 'boolean', 'no'],
      ['io-threads', 'integer 1..128, fixed', '1'],
      ['replicaof', 'special, fixed', ''],
    ] as const
  ).map(([name, fact, value]): Unlisted => ({ name, product: 'keydb', since: '6.0.0', fact, value })),
];

/** Defaults that depend on how a recorded server was run. `save` is what holds without any file. */
export function defaultOf(
  name: string,
  product: ConfProduct,
  atLeast: (redis: string) => boolean,
): string | undefined {
  switch (name) {
    case 'port':
      return '6379';
    case 'daemonize':
      return 'no';
    case 'bind':
      return atLeast('6.2.0') ? '* -::*' : '';
    case 'save':
      return atLeast('6.0.0') ? '3600 1 300 100 60 10000' : '900 1 300 10 60 10000';
    case 'syslog-ident':
      return product === 'valkey' ? 'valkey' : 'redis';
    default:
      return undefined;
  }
}
