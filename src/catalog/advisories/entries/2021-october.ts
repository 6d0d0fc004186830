import { ownCode } from '../commands.ts';
import { redis, valkeyNever } from '../ranges.ts';
import type { Advisory } from '../types.ts';

const fixes = '5.0.14 6.0.16 6.2.6';
const source = 'Release notes of Redis 5.0.14, 6.0.16 and 6.2.6.';

const ziplistLimits = [
  'hash-max-ziplist-entries',
  'hash-max-ziplist-value',
  'zset-max-ziplist-entries',
  'zset-max-ziplist-value',
  'list-max-ziplist-size',
  'list-max-ziplist-entries',
  'list-max-ziplist-value',
] as const;

/** The security releases of 4 October 2021. */
export const advisories2021October: readonly Advisory[] = [
  {
    id: 'CVE-2021-32626',
    title: 'A script can overflow the heap of the Lua stack',
    summary:
      'Calling from a script with many arguments or replies writes behind the Lua stack: memory corruption, perhaps code.',
    severity: 'high',
    severityReason: 'Memory error in reach of every script.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: { redis: redis('2.6.0', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-32627',
    title: 'Streams overflow a size when big requests are allowed',
    summary:
      'With proto-max-bulk-len and client-query-buffer-limit raised, a huge stream entry corrupts the heap.',
    severity: 'medium',
    severityReason: 'Only after limits were raised far above their defaults.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'admin'],
    reach: {
      from: 'session',
      commands: [['xadd', 'xread', 'xreadgroup']],
      directives: ['proto-max-bulk-len', 'client-query-buffer-limit'],
    },
    products: { redis: redis('5.0.0', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-32628',
    title: 'Ziplists overflow a size when they may grow very large',
    summary:
      'With the ziplist limits of hashes, lists or sorted sets raised, a huge value corrupts the heap.',
    severity: 'medium',
    severityReason: 'Only after limits were raised far above their defaults.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'admin'],
    reach: {
      from: 'session',
      commands: [['hset', 'hmset', 'hsetnx', 'zadd', 'lpush', 'rpush']],
      directives: ziplistLimits,
    },
    products: { redis: redis('2.6.0', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-32672',
    title: 'The Lua debugger shows foreign memory',
    summary:
      'A malformed line of the debugger protocol makes the server read behind its buffer and answer with what is there.',
    severity: 'medium',
    severityReason: 'Gives away memory, but only to who may debug scripts.',
    effects: ['data-leak', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [['script|debug'], ['eval']] },
    products: { redis: redis('3.2.0', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-32675',
    title: 'A few small requests fill the memory before login',
    summary:
      'A request may announce a million arguments of 512 MB each, and the server sets memory aside for them without asking who it is.',
    severity: 'high',
    severityReason: 'Needs no login: reaching the port is enough.',
    effects: ['exhaustion', 'crash'],
    prerequisites: ['unauth'],
    reach: { from: 'network', commands: [] },
    products: { redis: redis('', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-32687',
    title: 'Sets of integers overflow a size when they may grow very large',
    summary:
      'With set-max-intset-entries raised, a huge set corrupts the heap, and memory can be read or code run.',
    severity: 'medium',
    severityReason: 'Only after a limit was raised far above its default.',
    effects: ['code-execution', 'data-leak', 'crash'],
    prerequisites: ['auth', 'admin'],
    reach: {
      from: 'session',
      commands: [['sadd', 'sunionstore', 'sinterstore', 'sdiffstore', 'smove', 'restore']],
      directives: ['set-max-intset-entries'],
    },
    products: { redis: redis('2.6.0', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-32762',
    title: 'redis-cli and Sentinel trust the size of a reply',
    summary:
      'A false server can announce a reply so large that the client computes a wrong size and corrupts its heap.',
    severity: 'low',
    severityReason: 'Only on systems whose calloc does not check for overflow, and against clients.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['client-tool'],
    reach: { from: 'client', commands: [] },
    products: { redis: redis('', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
  {
    id: 'CVE-2021-41099',
    title: 'Strings overflow a size when big requests are allowed',
    summary: 'With proto-max-bulk-len raised, a crafted request corrupts the heap.',
    severity: 'medium',
    severityReason: 'Only after a limit was raised far above its default.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'admin'],
    reach: { from: 'session', commands: [], directives: ['proto-max-bulk-len'] },
    products: { redis: redis('', fixes), valkey: valkeyNever },
    confidence: 'A',
    source,
  },
];
