import { ownCode, patterns } from '../commands.ts';
import { keydbNever, redis, valkey } from '../ranges.ts';
import type { Advisory } from '../types.ts';

export const advisories2024: readonly Advisory[] = [
  {
    id: 'CVE-2024-31227',
    title: 'A malformed ACL selector stops the server',
    summary: 'ACL SETUSER with a crafted selector leads into a panic.',
    severity: 'low',
    severityReason: 'Only for who may write ACL rules, and such a user can do worse.',
    effects: ['crash'],
    prerequisites: ['auth', 'admin'],
    reach: { from: 'session', commands: [['acl|setuser']] },
    products: { redis: redis('7.0.0', '7.2.6 7.4.1'), valkey: valkey('', '7.2.7 8.0.1') },
    confidence: 'A',
    source: 'Release notes of Redis 7.2.6 and 7.4.1, and of Valkey 7.2.7 and 8.0.1.',
  },
  {
    id: 'CVE-2024-31228',
    title: 'A very long pattern overflows the stack',
    summary: 'Matching is recursive without a limit; a crafted pattern stops the server.',
    severity: 'medium',
    severityReason: 'Crash by ordinary commands.',
    effects: ['crash'],
    prerequisites: ['auth'],
    reach: { from: 'session', commands: [patterns] },
    products: {
      redis: redis('2.2.5', '6.2.16 7.2.6 7.4.1'),
      valkey: valkey('', '7.2.7 8.0.1'),
      keydb: keydbNever,
    },
    confidence: 'A',
    source:
      'Release notes of Redis 6.2.16, 7.2.6 and 7.4.1 (6.2.15 was published without the fix: redis/redis pull request 13584); KeyDB source v6.3.4.',
  },
  {
    id: 'CVE-2024-31449',
    title: 'bit.tohex overflows the stack',
    summary:
      'A script that formats the most negative width writes outside a buffer on the stack and can run code.',
    severity: 'high',
    severityReason: 'Code execution in reach of every script.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: {
      redis: redis('2.6.0', '6.2.16 7.2.6 7.4.1'),
      valkey: valkey('', '7.2.7 8.0.1'),
      keydb: keydbNever,
    },
    inLua: true,
    confidence: 'A',
    source:
      'Release notes of Redis 6.2.16, 7.2.6 and 7.4.1 (6.2.15 was published without the fix: redis/redis pull request 13584); KeyDB source v6.3.4 negates without a guard.',
  },
  {
    id: 'CVE-2024-46981',
    title: 'Closing the Lua state uses freed memory',
    summary:
      'A script that plays with the garbage collector makes the server run code when scripts are flushed.',
    severity: 'high',
    severityReason: 'Code execution in reach of every script.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: {
      redis: redis('2.6.0', '6.2.17 7.2.7 7.4.2'),
      valkey: valkey('', '7.2.8 8.0.2'),
      keydb: keydbNever,
    },
    confidence: 'A',
    source:
      'Release notes of Redis 6.2.17, 7.2.7 and 7.4.2 (redis/redis pull request 13729), of Valkey 8.0.2; 7.2.8 by its date. Feeds that say 7.2.8 for Redis, or 8.0.2 alone for Valkey, are wrong.',
  },
  {
    id: 'CVE-2024-51741',
    title: 'A malformed ACL selector stops the server when it is used',
    summary: 'ACL SETUSER accepts a crafted selector, and a later check of it panics.',
    severity: 'low',
    severityReason: 'Only for who may write ACL rules, and such a user can do worse.',
    effects: ['crash'],
    prerequisites: ['auth', 'admin'],
    reach: { from: 'session', commands: [['acl|setuser']] },
    products: { redis: redis('7.0.0', '7.2.7 7.4.2'), valkey: valkey('', '7.2.8 8.0.2') },
    confidence: 'A',
    source: 'Release notes of Redis 7.2.7 and 7.4.2, and of Valkey 8.0.2; Valkey 7.2.8 by its date.',
  },
];
