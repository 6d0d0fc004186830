import {
  capabilityNames,
  reaches,
  type Actor,
  type Capability,
  type Cell,
  type Exposure,
  type Origin,
} from '../../model/index.ts';
import { asWhom, capital, columns, compareActors, list, plural } from './words.ts';

export type Mark = 'certain' | 'possible' | 'no';

/** Users who can do the same from the same place. */
export interface Row {
  readonly actors: readonly Actor[];
  readonly marks: Readonly<Record<Capability, Mark>>;
  /** What makes each mark so. */
  readonly by: Readonly<Partial<Record<Capability, readonly string[]>>>;
}

/** Places from which the same users can do the same. */
export interface Group {
  readonly origins: readonly Origin[];
  /** Why everyone is turned away who comes from there; then there are no rows. */
  readonly refused?: string;
  readonly refusedBy?: 'firewall';
  readonly rows: readonly Row[];
}

export const cellKey = ({ from, as, can }: Cell): string => `${from}|${as}|${can}`;

const signature = ({ marks }: Row): string => capabilityNames.map((can) => marks[can].charAt(0)).join('');

function rowOf(actor: Actor, cells: readonly Cell[]): Row {
  const of = Map.groupBy(cells, ({ can }) => can);
  const mark = (can: Capability): Mark => {
    const those = of.get(can);
    if (!those) return 'no';
    return those.some(({ certainty }) => certainty === 'certain') ? 'certain' : 'possible';
  };
  return {
    actors: [actor],
    marks: Object.fromEntries(capabilityNames.map((can) => [can, mark(can)])) as Row['marks'],
    by: byOf([...of].map(([can, those]) => ({ [can]: those.flatMap(({ by }) => by) }))),
  };
}

/** What makes the marks of several rows so, each way once. */
function byOf(all: readonly Row['by'][]): Row['by'] {
  const ways = capabilityNames.map((can) => [can, new Set(all.flatMap((by) => by[can] ?? []))] as const);
  return Object.fromEntries(ways.filter(([, by]) => by.size > 0).map(([can, by]) => [can, [...by]]));
}

const mergeRows = (rows: readonly Row[]): readonly Row[] =>
  [...Map.groupBy(rows, signature).values()].flatMap((same) => {
    const [first] = same;
    if (!first || same.length === 1) return same;
    return [{ ...first, actors: same.flatMap(({ actors }) => actors), by: byOf(same.map(({ by }) => by)) }];
  });

/** Cells by their key: a server may have thousands of users, and each finding asks for some of them. */
const keyed = new WeakMap<Exposure, ReadonlyMap<string, Cell>>();

function kept(exposure: Exposure, keep: ReadonlySet<string>): readonly Cell[] {
  const cells = keyed.get(exposure) ?? new Map(exposure.cells.map((cell) => [cellKey(cell), cell]));
  keyed.set(exposure, cells);
  return [...keep].flatMap((key) => cells.get(key) ?? []);
}

/**
 * The exposure as a table that a person can take in: the widest origin first, those who need least first; users and
 * origins that may do the same stand in one row. With `keep`, only of those cells (keys as in `Finding.opens`).
 */
export function exposureTable(exposure: Exposure, keep?: ReadonlySet<string>): readonly Group[] {
  const { origins, actors } = exposure;
  const cells = keep ? kept(exposure, keep) : exposure.cells;
  const index = Map.groupBy(cells, ({ from, as }) => `${from}|${as}`);
  const able = keep && new Set(cells.map(({ as }) => as));
  const people = actors.filter(({ id }) => able?.has(id) ?? true).toSorted(compareActors);
  const groups = new Map<string, Group>();
  for (const origin of origins.toSorted((a, b) => reaches.indexOf(a.reach) - reaches.indexOf(b.reach))) {
    const { refused, refusedBy } = origin;
    const rows =
      refused === undefined
        ? mergeRows(people.map((actor) => rowOf(actor, index.get(`${origin.id}|${actor.id}`) ?? [])))
        : [];
    const can = rows.map((row) => `${signature(row)} ${row.actors.map(({ id }) => id).join(' ')}`);
    const key = [refused ?? '', ...can].join('\n');
    const before = groups.get(key);
    groups.set(key, {
      origins: [...(before?.origins ?? []), origin],
      rows,
      ...(refused === undefined ? {} : { refused }),
      ...(refusedBy === undefined ? {} : { refusedBy }),
    });
  }
  return [...groups.values()];
}

export const canDo = ({ marks }: Row): readonly Capability[] =>
  capabilityNames.filter((can) => marks[can] !== 'no');

function withWhom(actors: readonly Actor[]): string {
  const named = actors.filter(({ kind }) => kind !== 'nobody');
  const parts = [
    ...(named.length < actors.length ? ['without a login'] : []),
    ...(named.length > 0 ? [`as ${asWhom(named)}`] : []),
  ];
  return parts.join(' or ');
}

/** To one place by its name; to several by how many they are. */
function toWhom({ origins }: Exposure, these: readonly Origin[]): string {
  const open = origins.filter(({ refused }) => refused === undefined).length;
  if (these.length > 1 && these.length === open) return 'from every place in the table';
  const others = these.length > 1 ? ` and ${plural(these.length - 1, 'other place')}` : '';
  return `to ${these[0]?.label ?? ''}${others}`;
}

/** What cells of the table a finding opens, in words, one text for each who-and-where; the widest first. */
export function openings(exposure: Exposure, opens: readonly string[]): readonly string[] {
  if (opens.length === 0) return [];
  return exposureTable(exposure, new Set(opens)).flatMap(({ origins, rows }) =>
    rows.flatMap((row) => {
      const can = canDo(row);
      if (can.length === 0) return [];
      const what =
        can.length === capabilityNames.length ? 'everything' : list(can.map((one) => columns[one]));
      return [`${what} ${withWhom(row.actors)}, ${toWhom(exposure, origins)}`];
    }),
  );
}

/** Places with where they come in: `hosts of 10.0.0.0/8 (10.0.0.5:6379); this host (127.0.0.1:6379)`. */
export function places({ origins }: Group, most = 4): string {
  const shown = origins.slice(0, most).map((origin) => `${origin.label} (${entrance(origin)})`);
  const left = origins.length - shown.length;
  return capital([...shown, ...(left > 0 ? [plural(left, 'more place')] : [])].join('; '));
}

/** Where an origin comes in: `10.0.0.5:6379`, `10.0.0.5:6380, TLS`, `/run/redis.sock`. */
export function entrance({ via }: Origin): string {
  if ('path' in via) return via.path;
  const host = via.address.includes(':') ? `[${via.address}]` : via.address;
  return `${host}:${via.port}${via.tls ? ', TLS' : ''}`;
}
