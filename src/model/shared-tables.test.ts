import { describe, expect, it } from 'vitest';
import type { Evidence } from './evidence.ts';
import { unknown } from './fact.ts';
import { restoreTables, shareTables } from './shared-tables.ts';

const table = (name: string) => ({
  categories: ['read'],
  commands: [
    { name, arity: 1, flags: [], firstKey: 0, lastKey: 0, keyStep: 0, categories: [], keySpecs: [] },
  ],
});
const withTable = (host: string, value: unknown): Evidence =>
  ({
    schema: 'keyward.evidence/1',
    target: { kind: 'tcp', host, port: 6379, tls: false },
    collectedAt: '2026-07-01T00:00:00Z',
    facts: {
      commandReply:
        value === undefined ? unknown('no-access', 'COMMAND') : { known: true, value, source: 's' },
    },
  }) as unknown as Evidence;

const [one, two] = [table('get'), table('set')];
const fleet = [withTable('a', one), withTable('b', undefined), withTable('c', two), withTable('d', one)];

describe('tables of a fleet', () => {
  it('are written once', () => {
    const listed = fleet.map(shareTables());
    expect(listed.map(({ facts }) => (facts['commandReply'] as { value?: unknown }).value)).toEqual([
      one,
      undefined,
      two,
      { sameAs: 0 },
    ]);
  });

  it('come back through JSON, and are one object again', () => {
    const saved = JSON.parse(JSON.stringify(fleet.map(shareTables()))) as readonly Evidence[];
    const restored = restoreTables(saved);
    expect(restored).toEqual(fleet);
    const tables = restored.map(({ facts }) => facts.commandReply.known && facts.commandReply.value);
    expect(tables[3]).toBe(tables[0]);
  });

  it.each([-1, 1, 4, 7, 0.5])('that point nowhere (%s) stay as they are', (place) => {
    const broken = [...fleet.slice(0, 3), withTable('d', { sameAs: place }), withTable('e', { sameAs: 3 })];
    expect(restoreTables(broken).slice(3)).toEqual(broken.slice(3));
  });
});
