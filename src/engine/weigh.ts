import {
  lower,
  type Cell,
  type Exposure,
  type Fact,
  type Fault,
  type Opening,
  type Severity,
} from '../model/index.ts';

export const cellId = ({ from, as, can }: Cell): string => `${from}|${as}|${can}`;

function matches(cell: Cell, opening: Opening, exposure: Exposure): boolean {
  if (opening.can && !opening.can.includes(cell.can)) return false;
  if (opening.as === undefined) return true;
  return exposure.actors.some(({ id, user }) => id === cell.as && user === opening.as);
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
  const cells = value.cells.filter((cell) => fault.opens && matches(cell, fault.opens, value));
  const opens = cells.map(cellId);
  if (cells.length === 0) return { severity: lower(own, 1), opens };
  const reaches = new Map(value.origins.map(({ id, reach }) => [id, reach]));
  const local = cells.every(({ from }) => reaches.get(from) === 'host' || reaches.get(from) === 'socket');
  return { severity: local ? lower(own, 2) : own, opens };
}
