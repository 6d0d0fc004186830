import { hyperLogLog, ownCode } from '../commands.ts';
import { keydbNever, oneLine, redis, valkey } from '../ranges.ts';
import type { Advisory } from '../types.ts';

const luaFixes = '6.2.20 7.2.11 7.4.6 8.0.4 8.2.2';
const luaFixesOfValkey = '7.2.11 8.0.6 8.1.4';
const luaSource =
  'Release notes of Redis 6.2.20, 7.2.11, 7.4.6, 8.0.4 and 8.2.2, and of Valkey 7.2.11, 8.0.6 and 8.1.4';

export const advisories2025: readonly Advisory[] = [
  {
    id: 'CVE-2025-21605',
    title: 'Replies to clients that never log in pile up without limit',
    summary:
      'A peer that keeps sending and never reads makes the server hold every refusal until its memory is gone.',
    severity: 'high',
    severityReason: 'Needs no login: reaching the port is enough.',
    effects: ['exhaustion', 'crash'],
    prerequisites: ['unauth'],
    reach: { from: 'network', commands: [] },
    products: {
      redis: redis('2.6.0', '6.2.18 7.2.8 7.4.3 8.0.0'),
      valkey: valkey('', '7.2.9 8.0.3 8.1.1'),
      keydb: keydbNever,
    },
    confidence: 'A',
    source:
      'Release notes of Redis 6.2.18, 7.2.8, 7.4.3 and 8.0.0 (8.0-RC1 is affected), and of Valkey 7.2.9, 8.0.3 and 8.1.1; KeyDB source v6.3.4.',
  },
  {
    id: 'CVE-2025-27151',
    title: 'redis-check-aof overflows its stack on a long file name',
    summary:
      'Who chooses the file that the tool is given can run code with the rights of the person who calls it.',
    severity: 'low',
    severityReason: 'A tool that is run by hand, with a path from a stranger.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['local', 'client-tool'],
    reach: { from: 'client', commands: [] },
    products: {
      redis: redis('7.0.0', '7.2.9 7.4.4 8.0.2'),
      valkey: valkey('', '7.2.10 8.0.5 8.1.2'),
    },
    confidence: 'A',
    source:
      'Release notes of Redis 7.2.9, 7.4.4, 8.0.2 and 8.2-RC1, and of Valkey 8.0.5; Valkey 7.2.10 from a feed only. The 7.4.5 page repeats this id by mistake.',
  },
  {
    id: 'CVE-2025-32023',
    title: 'HyperLogLog: a forged value writes outside its registers',
    summary:
      'A crafted sparse HyperLogLog makes counting or merging overwrite the stack or the heap; code can run.',
    severity: 'high',
    severityReason: 'Code execution with nothing but the right to write and count; exploits are public.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth'],
    reach: { from: 'session', commands: [hyperLogLog] },
    products: {
      redis: redis('2.8.0', '6.2.19 7.2.10 7.4.5 8.0.3 8.2.0'),
      valkey: valkey('', '7.2.10 8.0.4 8.1.3'),
      keydb: keydbNever,
      dragonfly: oneLine('1.40.0', { note: 'its own copy, fixed by pull request 7961 without an advisory' }),
    },
    confidence: 'A',
    source:
      'Release notes of Redis 6.2.19, 7.2.10, 8.0.3 and 8.2.0, and of Valkey 7.2.10, 8.0.4 and 8.1.3 (the 7.4.5 page names another id by mistake); KeyDB pull request 976 lists it as open.',
  },
  {
    id: 'CVE-2025-48367',
    title: 'One failing connection keeps others from being accepted',
    summary:
      'A peer that aborts its connections at the right moment makes the server give up accepting for a while.',
    severity: 'medium',
    severityReason: 'Needs no login, but only slows down new connections.',
    effects: ['exhaustion'],
    prerequisites: ['unauth'],
    reach: { from: 'network', commands: [] },
    products: {
      redis: redis('', '6.2.19 7.2.10 7.4.5 8.0.3 8.2.0'),
      valkey: valkey('', '7.2.10 8.0.4 8.1.3'),
    },
    confidence: 'A',
    source: 'Release notes of Redis 6.2.19, 7.2.10, 8.0.3 and 8.2.0, and of Valkey 7.2.10, 8.0.4 and 8.1.3.',
  },
  {
    id: 'CVE-2025-46686',
    title: 'A request of many parts takes memory',
    summary: 'A client that is logged in can make the server hold large unfinished requests.',
    severity: 'info',
    severityReason: 'Disputed: client-query-buffer-limit and maxmemory-clients are there for it.',
    effects: ['exhaustion'],
    prerequisites: ['auth'],
    reach: { from: 'session', commands: [] },
    products: {
      redis: redis('', '8.10=unstated', 'unstated'),
      valkey: valkey('', '9.1=unstated', 'unstated'),
    },
    confidence: 'C',
    disputed: true,
    source: 'CVE record, disputed by the vendor; no release claims to fix it.',
  },
  {
    id: 'CVE-2025-46817',
    title: 'Lua: unpack overflows an integer',
    summary: 'A script that unpacks an extreme range writes outside the Lua stack and can run code.',
    severity: 'high',
    severityReason: 'Code execution in reach of every script.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: { redis: redis('2.6.0', luaFixes), valkey: valkey('', luaFixesOfValkey), keydb: keydbNever },
    inLua: true,
    confidence: 'A',
    source: `${luaSource}; KeyDB source v6.3.4 still counts in int.`,
  },
  {
    id: 'CVE-2025-46818',
    title: 'Lua: the metatables of basic types can be changed for other users',
    summary:
      'A script alters how strings or numbers behave, and the scripts of another ACL user then run its code.',
    severity: 'medium',
    severityReason: 'Breaks the separation of ACL users; worth nothing where there is only one user.',
    effects: ['bypass'],
    prerequisites: ['auth', 'lua', 'acl'],
    reach: { from: 'session', commands: [ownCode] },
    products: {
      redis: redis('2.6.0', luaFixes),
      valkey: valkey('', luaFixesOfValkey),
      keydb: oneLine('unstated', { note: 'its source was not read for this fault' }),
    },
    confidence: 'A',
    source: `${luaSource}.`,
  },
  {
    id: 'CVE-2025-46819',
    title: 'Lua: a long string in a script is read past its end',
    summary:
      'A crafted script makes the parser read outside its text: memory leaks into the script or the server stops.',
    severity: 'medium',
    severityReason: 'Gives away memory or stops the server, by who may run scripts.',
    effects: ['data-leak', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: { redis: redis('2.6.0', luaFixes), valkey: valkey('', luaFixesOfValkey), keydb: keydbNever },
    inLua: true,
    confidence: 'A',
    source: `${luaSource}; KeyDB pull request 976 lists it as open.`,
  },
  {
    id: 'CVE-2025-49844',
    title: 'RediShell: the Lua parser uses freed memory',
    summary: 'A crafted script leaves the sandbox and runs any code as the server. Loading it is enough.',
    severity: 'critical',
    severityReason:
      'Code execution in reach of every script, in every version with Lua; exploits are public.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: {
      redis: redis('2.6.0', luaFixes),
      valkey: valkey('', luaFixesOfValkey),
      keydb: keydbNever,
      kvrocks: oneLine('unstated', {
        note: 'only builds without LuaJIT, which is the default, use the faulty parser (pull request 3435)',
      }),
    },
    inLua: true,
    confidence: 'A',
    source: `${luaSource}; KeyDB source v6.3.4 does not anchor the name of the chunk.`,
  },
  {
    id: 'CVE-2025-49112',
    title: 'Valkey: setDeferredReply subtracts below zero',
    summary: 'A size of a reply that is still being built can wrap around.',
    severity: 'low',
    severityReason: 'No way to use it is known.',
    effects: ['crash'],
    prerequisites: ['auth'],
    reach: { from: 'session', commands: [] },
    products: { valkey: valkey('', '7.2=unstated 8.0.6 8.1.4') },
    confidence: 'B',
    source:
      'Valkey pull request 2101, listed in the notes of 8.0.6; 8.1.4 of the same day from a feed. The CVE record only says "up to 8.1.1".',
  },
  {
    id: 'CVE-2025-62507',
    title: 'XACKDEL overflows the stack',
    summary: 'XACKDEL with many ids writes outside a fixed table and can run code.',
    severity: 'high',
    severityReason: 'One ordinary command, default settings.',
    effects: ['code-execution', 'crash'],
    prerequisites: ['auth'],
    reach: { from: 'session', commands: [['xackdel']] },
    products: { redis: redis('8.2.0', '8.2.3') },
    confidence: 'A',
    source: 'Release notes of Redis 8.2.3.',
  },
  {
    id: 'CVE-2025-67733',
    title: 'Valkey: a script can put line breaks into an error reply',
    summary:
      'What follows the line break is taken for the reply to somebody else on the same connection: data are forged.',
    severity: 'medium',
    severityReason: 'Forges replies where a connection is shared, by who may run scripts.',
    effects: ['bypass'],
    prerequisites: ['auth', 'lua'],
    reach: { from: 'session', commands: [ownCode] },
    products: { valkey: valkey('', '7.2.12 8.0.7 8.1.6 9.0.3') },
    confidence: 'A',
    source:
      'Release notes of Valkey 8.0.7 and 9.0.3, CVE record for 7.2.12 and 8.1.6. The record says 9.0.2; the notes list it under 9.0.3.',
    related: ['REDIS-SEC-2026-02-resp'],
  },
];
