import { followers, ownCode, restores } from '../commands.ts';
import { redis } from '../ranges.ts';
import type { Advisory } from '../types.ts';

const takesValues = [[...restores, ...followers]];

/**
 * Security fixes of Redis that never got a CVE. A list of CVEs alone would call these servers patched. The ids are ours
 * and stay.
 */
export const redisWithoutCve: readonly Advisory[] = [
  {
    id: 'REDIS-SEC-2025-11-bloom',
    title: 'Bloom filters and their kin: faulty values and sizes reach foreign memory',
    summary:
      'Invalid filters, also restored ones, and an empty chain make the module read and write outside its memory.',
    severity: 'high',
    severityReason: 'Memory error by ordinary commands of the module.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'module:bf'],
    reach: {
      from: 'session',
      commands: [['bf.add', 'bf.insert', 'bf.loadchunk', 'cf.add', 'topk.add', ...restores]],
    },
    products: { redis: redis('8.0.0', '8.0=unstated 8.2.3') },
    confidence: 'B',
    source: 'Listed as bug fixes in the release notes of Redis 8.2.3.',
  },
  {
    id: 'REDIS-SEC-2026-01-msetex',
    title: 'MSETEX writes keys that the user may not write',
    summary: 'The key patterns of ACL are not applied to all keys of MSETEX.',
    severity: 'high',
    severityReason: 'Breaks ACL key patterns for writing.',
    effects: ['bypass'],
    prerequisites: ['auth', 'acl'],
    reach: { from: 'session', commands: [['msetex']] },
    products: { redis: redis('8.4.0', '8.4=unstated 8.6.0-rc1') },
    confidence: 'B',
    source:
      'redis/redis pull request 14659, in the notes of 8.6-RC1. No release of 8.4, which brought MSETEX, lists it.',
  },
  {
    id: 'REDIS-SEC-2026-02-bloom',
    title: 'Bloom and cuckoo filters: loading a damaged value stops the server',
    summary:
      'A serialized filter with no buckets, or with very many filters, crashes the server that loads it.',
    severity: 'medium',
    severityReason: 'Crash by one command, where the module is loaded.',
    effects: ['crash'],
    prerequisites: ['auth', 'restore', 'module:bf'],
    reach: { from: 'session', commands: takesValues },
    products: { redis: redis('8.0.0', '8.0=unstated 8.2=unstated 8.4.1 8.6.0') },
    confidence: 'B',
    source: 'RedisBloom pull requests 936 and 945 in the notes of Redis 8.4.1; 8.2.4 lists only the second.',
  },
  {
    id: 'REDIS-SEC-2026-02-log',
    title: 'Time series and JSON write personal data into the log',
    summary: 'Values of users appear in the log file of the server.',
    severity: 'low',
    severityReason: 'Seen only by who may read the log.',
    effects: ['data-leak'],
    prerequisites: ['local', 'module'],
    reach: { from: 'local', commands: [] },
    products: { redis: redis('8.0.0', '8.0=unstated 8.2.4 8.4.1 8.6.0-rc1') },
    confidence: 'A',
    source: 'Release notes of Redis 8.2.4, 8.4.1 and 8.6-RC1.',
  },
  {
    id: 'REDIS-SEC-2026-02-resp',
    title: 'A script can put line breaks into an error reply',
    summary:
      'What follows the line break is taken for the reply to somebody else on the same connection: data are forged.',
    severity: 'medium',
    severityReason: 'Forges replies where a connection is shared, by who may run scripts.',
    effects: ['bypass'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: {
      redis: redis('2.6.0', '7.2.13 7.4.8 8.0.6 8.2.5 8.4.2 8.6.1 8.8=unstated 8.10.0-rc2', 'unstated'),
    },
    confidence: 'A',
    source:
      'Release notes of Redis 7.4.8, 8.0.6, 8.2.5, 8.4.2 and 8.6.1; 7.2.13 from the announcement of 23 February 2026. The fix reached the main line only with 8.10-RC2, so 8.8 is open.',
    related: ['CVE-2025-67733'],
  },
  {
    id: 'REDIS-SEC-2026-03-replycopy',
    title: 'Replies that are not copied may use strings that a module freed',
    summary:
      'The new way to send long replies keeps a pointer to a string of a module; freed memory is used.',
    severity: 'high',
    severityReason: 'Memory error in reach of ordinary commands, where a module is loaded.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'module'],
    reach: { from: 'session', commands: [] },
    products: { redis: redis('8.6.0', '8.6.2') },
    confidence: 'A',
    source:
      'redis/redis pull request 14824, in the notes of 8.6.2; the mechanism came with 8.6 (pull request 14608).',
  },
  {
    id: 'REDIS-SEC-2026-06-sentinel',
    title: 'SENTINEL SET can write further lines into the configuration',
    summary:
      'A line break in a value adds directives to the configuration file of Sentinel, scripts to run among them.',
    severity: 'high',
    severityReason: 'Leads to running programs, by who may use SENTINEL SET; Sentinel often has no password.',
    effects: ['code-execution', 'bypass'],
    prerequisites: ['auth', 'sentinel'],
    reach: { from: 'session', commands: [['sentinel|set', 'sentinel|config', 'sentinel']] },
    products: { redis: redis('2.8.0', '8.6.4 8.8.0-rc1', 'unstated') },
    confidence: 'B',
    source:
      'redis/redis pull request 14970, listed as a bug fix of 8.6.4 and 8.8-RC1. No older branch lists it.',
  },
  {
    id: 'REDIS-SEC-2026-07-nack',
    title: 'A crafted stream shares one pending entry between two consumers',
    summary:
      'Loading it by RESTORE or replication and acknowledging once leaves a pointer to freed memory; code can run.',
    severity: 'high',
    severityReason:
      'Code execution by ordinary stream commands after one RESTORE; the releases were unscheduled.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore'],
    reach: { from: 'session', commands: takesValues },
    products: { redis: redis('5.0.0', '6.2.23 7.2.15 7.4.10 8.2.8 8.4.5 8.6.5 8.8.0-rc1') },
    confidence: 'A',
    source:
      'redis/redis pull requests 15520, 15521 and 15522 and the releases of 23 July 2026; 8.8-RC1 lists 15095.',
    related: ['CVE-2026-63639'],
  },
  {
    id: 'REDIS-SEC-2026-07-bloom',
    title: 'Bloom filters and t-digest: RESTORE of a crafted value writes outside its memory',
    summary: 'Sizes inside a serialized value are trusted; code can run.',
    severity: 'high',
    severityReason: 'Code execution by one command, where the module is loaded.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'restore', 'module:bf'],
    reach: { from: 'session', commands: takesValues },
    products: { redis: redis('8.0.0', '8.2.8 8.4.5 8.6.5 8.8.1') },
    confidence: 'A',
    source: 'RedisBloom pull requests 1041 and 1044, in the notes of Redis 8.2.8 and 8.8.1.',
  },
];
