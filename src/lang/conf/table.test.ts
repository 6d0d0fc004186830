import { describe, expect, it } from 'vitest';
import { directiveTable, type ConfProduct } from './index.ts';

const servers: readonly (readonly [ConfProduct, string])[] = [
  ...[
    '2.4.5',
    '2.8.17',
    '2.8.24',
    '3.2.13',
    '4.0.14',
    '5.0.3',
    '5.0.14',
    '6.0.16',
    '6.0.20',
    '6.2.16',
    '7.0.15',
    '7.2.6',
    '7.4.1',
    '8.0-m01',
    '8.0.2',
    '8.0.6',
    '8.6.3',
  ].map((version) => ['redis', version] as const),
  ...['7.2.7', '8.0.1', '8.1.1', '9.1.1', '9.1.2'].map((version) => ['valkey', version] as const),
  ['keydb', '6.3.4'],
];

describe.each(servers)('the directives of %s %s', (product, version) => {
  const table = directiveTable(product, version);
  it('were measured', () => {
    expect(table).toMatchObject({ product, version, exact: true });
    expect(table.size).toBeGreaterThan(40);
  });
  it('hold the basics, and what was secret then', () => {
    for (const name of [
      'port',
      'bind',
      'save',
      'dir',
      'requirepass',
      'appendonly',
      'include',
      'rename-command',
    ])
      expect(table.has(name), name).toBe(true);
    const secret = [...table.values()].filter((one) => one.secret).map((one) => one.name);
    expect(secret).toContain('requirepass');
    expect(secret).toContain(product === 'valkey' && version >= '8' ? 'primaryauth' : 'masterauth');
  });
  it('have defaults that they accept themselves, and aliases that point back', () => {
    for (const one of table.values()) {
      for (const alias of one.aliases) expect(table.get(alias)?.aliases).toEqual([one.name]);
      if (one.type.kind === 'boolean') expect(['yes', 'no', '', undefined], one.name).toContain(one.default);
      if (one.type.kind === 'enum' && !one.type.combines)
        expect([...one.type.values, 'yes', '', undefined], one.name).toContain(one.default);
      if (one.type.kind === 'integer' && one.default) {
        expect(BigInt(one.default) >= one.type.min || BigInt(one.default) === 0n, one.name).toBe(true);
        expect(BigInt(one.default) <= one.type.max, one.name).toBe(true);
      }
    }
  });
});

describe('what is known of a directive', () => {
  it.each([
    [
      'redis',
      '7.0.15',
      'port',
      { mutable: true, default: '6379', type: { kind: 'integer', min: 0n, max: 65535n } },
    ],
    ['redis', '6.0.16', 'port', { mutable: false }],
    ['redis', '7.0.15', 'dir', { mutable: true, protected: true }],
    ['redis', '6.0.16', 'dir', { mutable: true, protected: false }],
    ['redis', '7.0.15', 'protected-mode', { default: 'yes', since: '3.2.13', type: { kind: 'boolean' } }],
    ['redis', '7.0.15', 'aclfile', { mutable: false }],
    ['redis', '7.0.15', 'save', { multi: true }],
    ['redis', '7.0.15', 'requirepass', { secret: true, multi: false }],
    ['redis', '7.0.15', 'replica-read-only', { aliases: ['slave-read-only'] }],
    ['redis', '7.0.15', 'maxmemory', { type: { kind: 'memory', min: 0n, max: 2n ** 64n - 1n } }],
    ['redis', '6.0.16', 'gopher-enabled', { removed: '7.0.15' }],
    [
      'redis',
      '8.6.3',
      'maxmemory-policy',
      { type: { kind: 'enum', combines: false, values: expect.arrayContaining(['allkeys-lrm']) } },
    ],
    ['valkey', '9.1.2', 'lazyfree-lazy-eviction', { default: 'yes' }],
    ['valkey', '9.1.2', 'dynamic-hz', { type: { kind: 'ignored' } }],
    ['keydb', '6.3.4', 'server-threads', { mutable: false }],
    ['keydb', '6.3.4', 'active-replica', { type: { kind: 'boolean' } }],
  ] as const)('%s %s %s', (product, version, name, facts) => {
    expect(directiveTable(product, version).get(name)).toMatchObject(facts);
  });

  it.each([
    ['redis', '7.0.4', '7.0.15'],
    ['redis', '7.1.0', '7.2.6'],
    ['redis', '3.0.7', '3.2.13'],
    ['redis', '8.4.0', '8.6.3'],
    ['redis', '9.0.0', '8.6.3'],
    ['redis', '7.0.99', '7.0.15'],
    ['redis', '8.8.0', '8.6.3'],
    ['redis', '1.0', '2.4.5'],
    ['valkey', '7.2.4', '7.2.7'],
    ['valkey', '10.0', '9.1.2'],
    ['keydb', '6.0.0', '6.3.4'],
  ] as const)('%s %s was not measured, the nearest is %s', (product, version, nearest) => {
    expect(directiveTable(product, version)).toMatchObject({ version: nearest, exact: false });
  });
});
