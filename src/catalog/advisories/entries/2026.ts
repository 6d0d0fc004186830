import { blocking, followers, restores } from '../commands.ts';
import { keydbNever, redis, valkey } from '../ranges.ts';
import type { Advisory } from '../types.ts';

const mayOfRedis = '7.2.14 7.4.9 8.2.6 8.4.3 8.6.3 8.8.0-rc1';
const mayOfValkey = '7.2.13 8.0.9 8.1.7 9.0.4 9.1.0';
const julyOfValkey = '7.2.14 8.0.10 8.1.9 9.0.5 9.1.1';
const maySource =
  'Release notes of Redis 7.4.9, 8.2.6, 8.4.3, 8.6.3 and 8.8-RC1 (8.0 got none), and of Valkey 7.2.13, 8.0.9, 8.1.7, 9.0.4 and 9.1.0';

export const advisories2026: readonly Advisory[] = [
  {
    id: 'CVE-2026-21863',
    title: 'Valkey: one malformed message on the cluster bus stops the server',
    summary:
      'An extension of a ping is read outside the packet. Whoever reaches the bus port can send it, without a login.',
    severity: 'high',
    severityReason: 'Needs no login, only the bus port; stops a node.',
    effects: ['crash'],
    prerequisites: ['bus', 'unauth'],
    reach: { from: 'bus', commands: [] },
    products: { valkey: valkey('', '7.2.12 8.0.7 8.1.6 9.0.3') },
    confidence: 'A',
    source:
      'Release notes of Valkey 8.0.7 and 9.0.3, CVE record for 7.2.12 and 8.1.6. The record says 9.0.2; the notes list it under 9.0.3.',
  },
  {
    id: 'CVE-2026-27623',
    title: 'Valkey 9.0: a request after an empty one stops the server, before login',
    summary: 'The state of an empty request is not cleared, and the next request trips an assertion.',
    severity: 'high',
    severityReason: 'Needs no login: reaching the port is enough to stop the server.',
    effects: ['crash'],
    prerequisites: ['unauth'],
    reach: { from: 'network', commands: [] },
    products: { valkey: valkey('9.0.0', '9.0.3') },
    confidence: 'A',
    source: 'Release notes of Valkey 9.0.3 and the CVE record.',
  },
  {
    id: 'CVE-2026-23479',
    title: 'Waking a blocked client can use a client that is gone',
    summary:
      'A client that is evicted while its blocking command is run again is used after it was freed; code can run.',
    severity: 'high',
    severityReason: 'Code execution by ordinary commands, though client eviction must be brought about.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth'],
    reach: { from: 'session', commands: [blocking] },
    products: { redis: redis('7.2.0', mayOfRedis), valkey: valkey('', mayOfValkey) },
    confidence: 'A',
    source: `${maySource}. The CVE record accuses everything below 8.6.3 and thereby fixed releases of older branches.`,
    related: ['REDIS-SEC-2026-08-blocked'],
  },
  {
    id: 'CVE-2026-23631',
    title: 'DarkReplica: a full resynchronization frees a function that is running',
    summary:
      'A slow function, and a primary of the attacker that replaces all functions meanwhile, run code as the server.',
    severity: 'high',
    severityReason: 'Code execution, but it takes functions, REPLICAOF and a replica that accepts writes.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'lua', 'replica', 'admin'],
    reach: {
      from: 'session',
      commands: [['function|load', 'function|restore'], ['fcall', 'fcall_ro'], followers],
      directives: ['replica-read-only'],
    },
    products: { redis: redis('7.2.0', mayOfRedis), valkey: valkey('', mayOfValkey) },
    confidence: 'A',
    source: `${maySource}; redis/redis issue 15233 (6.2 is not affected).`,
  },
  {
    id: 'CVE-2026-25243',
    title: 'RESTORE of a crafted value touches foreign memory',
    summary:
      'A serialized value that is not checked well enough corrupts memory when it is loaded; code can run.',
    severity: 'high',
    severityReason: 'Code execution by one command; the same value may arrive through replication.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore'],
    reach: { from: 'session', commands: [[...restores, ...followers]] },
    products: {
      redis: redis('', `6.2.22 ${mayOfRedis}`),
      valkey: valkey('', mayOfValkey),
      keydb: keydbNever,
    },
    confidence: 'A',
    source: `${maySource}; Redis 6.2.22; KeyDB pull request 976 lists it as open.`,
  },
  {
    id: 'CVE-2026-25588',
    title: 'Time series: RESTORE of a crafted value touches foreign memory',
    summary: 'A serialized time series that is not checked corrupts memory when it is loaded; code can run.',
    severity: 'high',
    severityReason: 'Code execution by one command, where the module is loaded.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore', 'module:timeseries'],
    reach: { from: 'session', commands: [[...restores, ...followers]] },
    products: { redis: redis('8.0.0', '8.2.6 8.4.3 8.6.3 8.8.0-rc1') },
    confidence: 'A',
    source: 'Release notes of Redis 8.2.6, 8.4.3, 8.6.3 and 8.8-RC1.',
  },
  {
    id: 'CVE-2026-25589',
    title: 'Bloom filters and their kin: RESTORE of a crafted value touches foreign memory',
    summary:
      'A serialized probabilistic structure that is not checked corrupts memory when it is loaded; code can run.',
    severity: 'high',
    severityReason: 'Code execution by one command, where the module is loaded.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore', 'module:bf'],
    reach: { from: 'session', commands: [[...restores, ...followers]] },
    products: { redis: redis('8.0.0', '8.2.6 8.4.3 8.6.3 8.8.0-rc1') },
    confidence: 'A',
    source: 'Release notes of Redis 8.2.6, 8.4.3, 8.6.3 and 8.8-RC1.',
  },
  {
    id: 'CVE-2026-62356',
    title: 'Count-min sketch: loading a crafted value writes outside the heap',
    summary: 'The size of a sketch is computed wrongly from its serialized form; code can run.',
    severity: 'high',
    severityReason: 'Code execution by one command, where the module is loaded.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore', 'module:bf'],
    reach: { from: 'session', commands: [[...restores, ...followers]] },
    products: { redis: redis('8.0.0', '8.2.9 8.4.6 8.6.6 8.8.2 8.10.1') },
    confidence: 'A',
    source: 'Release notes of Redis 8.8.2 and of the releases of the same day, 17 August 2026.',
  },
  {
    id: 'CVE-2026-56684',
    title: 'Valkey: CLIENT KILL during TLS reads uses a connection that is gone',
    summary: 'A client that kills another one over TLS makes the server use freed memory; code can run.',
    severity: 'high',
    severityReason: 'Code execution by who may use CLIENT KILL, over TLS.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'tls'],
    reach: { from: 'session', commands: [['client|kill']] },
    products: { valkey: valkey('', julyOfValkey) },
    confidence: 'A',
    source:
      'Release notes of Valkey 9.1.1, Valkey pull requests 4234 and 4237, and the CVE record for the other branches.',
    related: ['REDIS-SEC-2026-08-tls'],
  },
  {
    id: 'CVE-2026-63639',
    title: 'Valkey: a crafted stream shares one pending entry between two consumers',
    summary:
      'Loading it by RESTORE or replication and acknowledging once leaves a pointer to freed memory; code can run.',
    severity: 'high',
    severityReason: 'Code execution by ordinary stream commands after one RESTORE.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore'],
    reach: { from: 'session', commands: [[...restores, ...followers]] },
    products: { valkey: valkey('', julyOfValkey) },
    confidence: 'A',
    source:
      'Release notes of Valkey 9.1.1, Valkey pull request 4073, and the CVE record for the other branches.',
    related: ['REDIS-SEC-2026-07-nack'],
  },
];
