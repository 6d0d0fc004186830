/** No kind of step, and no server that can have it, is left out of what is tried with faults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepKinds } from '../../../src/engine/plan/index.ts';
import { coverage, owedBy } from '../support/crash/coverage.ts';
import { matrix } from '../support/servers.ts';

const covers = Object.entries(coverage);

describe('faults in the middle of a step', () => {
  it('are tried for every kind of step that there is', () => {
    expect(covers.map(([kind]) => kind).toSorted()).toEqual([...stepKinds].toSorted());
  });

  it.each([...new Set(covers.map(([, { by }]) => by))])('%s tries what is said of it', (by) => {
    const text = readFileSync(join(import.meta.dirname, '..', `${by}.test.ts`), 'utf8');
    // A crash matrix fails where a server that owes a kind had no such step: it says under which name it does.
    expect(text).toMatch(by === 'crash/firewall' ? /of points\)/ : new RegExp(`as: '${by}'`));
  });

  it.each(matrix)('leave out on $name what it cannot have, and nothing else', (server) => {
    const missing = covers.flatMap(([kind, { unless }]) => {
      const why = unless?.(server);
      return why === undefined ? [] : [`${kind}: ${why}`];
    });
    const tried = new Set([...new Set(covers.map(([, { by }]) => by))].flatMap((by) => owedBy(by, server)));
    expect(tried.size + missing.length).toBe(stepKinds.size);
    expect(missing.length).toBeLessThanOrEqual(server.atLeast(6, 0) ? 3 : 12);
  });
});
