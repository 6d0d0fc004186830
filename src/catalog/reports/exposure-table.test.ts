import { describe, expect, it } from 'vitest';
import { capabilityNames, type Capability, type Cell } from '../../model/index.ts';
import { actor, exposure, origin } from '../example-facts.ts';
import { canDo, cellKey, entrance, exposureTable, openings, places } from './exposure-table.ts';

const far = origin('internet', { label: 'anyone on the Internet' });
const near = origin('network', { label: 'hosts of 10.0.0.0/8' });
const nobody = actor('nobody');
const app = actor('password', 'app');
const cron = actor('password', 'cron');
const cells = (
  from: typeof far,
  as: typeof nobody,
  can: readonly Capability[],
  more: Partial<Cell> = {},
): readonly Cell[] =>
  can.map((one) => ({
    from: from.id,
    as: as.id,
    can: one,
    certainty: 'certain',
    by: [one.toUpperCase()],
    ...more,
  }));

describe('the exposure table', () => {
  it('puts users who can do the same into one row, and keeps what makes it so', () => {
    const [group] = exposureTable(
      exposure(
        [far],
        [cron, app, nobody],
        [...cells(far, app, ['read'], { by: ['GET'] }), ...cells(far, cron, ['read'], { by: ['HGET'] })],
      ),
    );
    expect(group?.rows.map(({ actors }) => actors.map(({ user }) => user))).toEqual([
      ['default'],
      ['cron', 'app'],
    ]);
    expect(group?.rows[1]?.by.read).toEqual(['HGET', 'GET']);
  });
  it('puts places from where the same can be done together, the widest first', () => {
    const all = [near, far].flatMap((from) => cells(from, nobody, ['read']));
    expect(
      exposureTable(exposure([near, far], [nobody], all)).map(({ origins }) => origins.map(({ id }) => id)),
    ).toEqual([['internet', 'network']]);
  });
  it('keeps places apart where one thing differs, be it only certainty', () => {
    const all = [
      ...cells(near, nobody, ['read']),
      ...cells(far, nobody, ['read'], { certainty: 'possible' }),
    ];
    const groups = exposureTable(exposure([near, far], [nobody], all));
    expect(groups.map(({ rows }) => rows[0]?.marks.read)).toEqual(['possible', 'certain']);
  });
  it('takes the certain where both are said', () => {
    const [group] = exposureTable(
      exposure(
        [far],
        [nobody],
        [...cells(far, nobody, ['stop'], { certainty: 'possible' }), ...cells(far, nobody, ['stop'])],
      ),
    );
    expect(group?.rows[0]?.marks.stop).toBe('certain');
    expect(group?.rows[0] && canDo(group.rows[0])).toEqual(['stop']);
  });
  it('shows who can do nothing, and nothing where there is no way in', () => {
    expect(exposureTable(exposure([far], [nobody]))[0]?.rows[0]?.marks.read).toBe('no');
    expect(exposureTable(exposure([]))).toEqual([]);
  });
});

describe('a place from where everyone is turned away', () => {
  const refused = origin('network', { label: 'the network', refused: 'protected mode' });
  it('has no rows, and stands apart from one that is open but useless', () => {
    const groups = exposureTable(exposure([refused, origin('host')], [nobody]));
    expect(groups.map((group) => [group.refused, group.rows.length])).toEqual([
      ['protected mode', 0],
      [undefined, 1],
    ]);
  });
});

describe('places', () => {
  it('are named with where they come in, and counted where there are many', () => {
    const all = Array.from({ length: 6 }, (_, index) =>
      origin('network', { id: `n${index}`, label: `net ${index}` }),
    );
    const [group] = exposureTable(exposure(all, [nobody]));
    expect(group && places(group, 2)).toBe('Net 0 (0.0.0.0:6379); net 1 (0.0.0.0:6379); 4 more places');
  });
});

describe('what a finding opens', () => {
  const all = [far, near].flatMap((from) => [
    ...cells(from, nobody, capabilityNames),
    ...cells(from, app, ['read', 'write']),
  ]);
  const table = exposure([far, near], [nobody, app], all);
  it('is said for those whom it lets in', () => {
    expect(openings(table, all.filter(({ as }) => as === nobody.id).map(cellKey))).toEqual([
      'everything without a login, from every place in the table',
    ]);
    expect(
      openings(table, all.filter(({ as, from }) => as === app.id && from === near.id).map(cellKey)),
    ).toEqual(['read and write as app (password), to hosts of 10.0.0.0/8']);
  });
  it('counts places where it cannot name them all', () => {
    const third = origin('host', { label: 'this host' });
    const wide = exposure(
      [far, near, third],
      [nobody],
      [far, near].flatMap((from) => cells(from, nobody, ['read'])),
    );
    expect(openings(wide, wide.cells.map(cellKey))).toEqual([
      'read without a login, to anyone on the Internet and 1 other place',
    ]);
  });
  it('is nothing for what is not in the table', () => expect(openings(table, ['a|b|read'])).toEqual([]));
});

describe('an entrance', () => {
  it.each([
    [origin('network', { via: { address: '10.0.0.5', port: 6379, tls: false } }), '10.0.0.5:6379'],
    [origin('network', { via: { address: 'fd00::5', port: 6380, tls: true } }), '[fd00::5]:6380, TLS'],
    [origin('socket', { via: { path: '/run/redis.sock' } }), '/run/redis.sock'],
  ])('is an address or a path', (from, shown) => expect(entrance(from)).toBe(shown));
});
