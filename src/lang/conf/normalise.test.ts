import fc from 'fast-check';
import { expect, it } from 'vitest';
import { directiveTable, normalise } from './index.ts';

it.each([
  ['maxmemory', '1gb', '1073741824'],
  ['maxmemory', '1073741824', '1073741824'],
  ['maxmemory', ' 100mb ', '104857600'],
  ['maxmemory', 'a lot', 'a lot'],
  ['maxmemory-clients', '5%', '5%'],
  ['appendonly', 'YES', 'yes'],
  ['MaxMemory-Policy', 'ALLKEYS-LRU', 'allkeys-lru'],
  ['bind', '::1 127.0.0.1', '127.0.0.1 ::1'],
  ['bind', '127.0.0.1  ::1 127.0.0.1', '127.0.0.1 ::1'],
  ['bind', '""', ''],
  ['save', '60 10000 3600 1 300 100', '3600 1 300 100 60 10000'],
  ['save', '""', ''],
  ['save', '', ''],
  [
    'client-output-buffer-limit',
    'replica 256mb 64mb 60',
    'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  ],
  ['notify-keyspace-events', 'KEA', 'AKE'],
  ['oom-score-adj', 'relative', 'yes'],
  ['unixsocketperm', '0770', '770'],
  ['slave-read-only', 'NO', 'no'],
  ['proc-title-template', '{title} x', '{title} x'],
  ['requirepass', 'a  b"', 'a  b"'],
  ['server-threads', '4', '4'],
  ['active-replica', 'YES', 'yes'],
  ['nobody-knows', ' x ', 'x'],
  ['replicaof', '10.0.0.1 6379', '10.0.0.1 6379'],
])('%s %j is %j', (name, value, normal) => {
  expect(normalise(name, value)).toBe(normal);
});

it('makes dir absolute where the folder is known', () => {
  expect(normalise('dir', './data/../x', { workingFolder: '/srv' })).toBe('/srv/x');
  expect(normalise('dir', '/data/', { workingFolder: '/srv' })).toBe('/data');
});

it('is done after once, and knows every default', () => {
  for (const [product, version] of [
    ['redis', '8.6.3'],
    ['redis', '7.0.15'],
    ['valkey', '9.1.2'],
    ['keydb', '6.3.4'],
  ] as const)
    for (const { name, default: value, type } of directiveTable(product, version).values()) {
      if (value === undefined || type.kind === 'ignored') continue;
      const once = normalise(name, value, { product, version });
      expect(normalise(name, once, { product, version }), name).toBe(once);
      if (name !== 'bind') expect(once, name).toBe(value);
    }
  const names = [...directiveTable('redis', '8.6.3').keys()];
  const value = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('1gb', 'yes', 'NO', '5%', '60 1', 'normal 1 1 1', '""', 'KEA'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...names), value, (name, text) => {
      const once = normalise(name, text);
      expect(normalise(name, once)).toBe(once);
    }),
    { numRuns: process.env['KEYWARD_DEEP'] ? 20_000 : 500 },
  );
});
