import {
  lower,
  type Cell,
  type Exposure,
  type Fact,
  type Fault,
  type Opening,
  type Severity,
} from '../model/index.ts';

const cellId = ({ from, as, can }: Cell): string => `${from}|${as}|${can}`;

/** Cells by the user who has them: a server may have thousands of users, and each fault asks for one of them. */
const byUser = new WeakMap<Exposure, ReadonlyMap<string, readonly Cell[]>>();

function cellsByUser(exposure: Exposure): ReadonlyMap<string, readonly Cell[]> {
  const had = byUser.get(exposure);
  if (had) return had;
  const users = new Map(exposure.actors.map(({ id, user }) => [id, user]));
  const made = Map.groupBy(exposure.cells, ({ as }) => users.get(as) ?? '');
  byUser.set(exposure, made);
  return made;
}

function opened({ as, can }: Opening, exposure: Exposure): readonly Cell[] {
  const cells = as === undefined ? exposure.cells : (cellsByUser(exposure).get(as) ?? []);
  return can ? cells.filter((cell) => can.includes(cell.can)) : cells;
}

export interface Weight {
  readonly severity: Severity;
  /** Ids of the cells that the fault opens. */
  readonly opens: readonly string[];
}

/**
 * What a fault weighs here. A check says what it weighs when other hosts get at it; where the exposure table shows
 * that only this host does, it weighs two levels less, and with no cell at all one. An unknown exposure changes
 * nothing: what nobody has looked at is not safer.
 */
export function weigh(fault: Fault, severity: Severity, exposure: Fact<Exposure>): Weight {
  const own = fault.severity ?? severity;
  if (!fault.opens || !exposure.known) return { severity: own, opens: [] };
  const { value } = exposure;
  const cells = opened(fault.opens, value);
  const opens = cells.map(cellId);
  if (cells.length === 0) return { severity: lower(own, 1), opens };
  const reaches = new Map(value.origins.map(({ id, reach }) => [id, reach]));
  const local = cells.every(({ from }) => reaches.get(from) === 'host' || reaches.get(from) === 'socket');
  return { severity: local ? lower(own, 2) : own, opens };
}
