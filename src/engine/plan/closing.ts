import { isLoopback } from './loopback.ts';
import type { Cell, Exposure, Origin } from '../../model/index.ts';
import type { Situation } from './scene.ts';

/** A cell as findings and steps name it. */
export const cellName = ({ from, as, can }: Cell): string => `${from}|${as}|${can}`;

const tableOf = ({ view: { exposure } }: Situation): Exposure | undefined =>
  exposure.known ? exposure.value : undefined;

const cellsWhere = (node: Situation, closed: (cell: Cell, table: Exposure) => boolean): readonly string[] => {
  const table = tableOf(node);
  return table ? table.cells.filter((cell) => closed(cell, table)).map(cellName) : [];
};

/** All that somebody had as this user: by none, an empty, or a guessable password; by any where it goes altogether. */
export function cellsOfUser(node: Situation, user: string, kinds?: readonly string[]): readonly string[] {
  const table = tableOf(node);
  const actors = new Set(
    table?.actors
      .filter((actor) => actor.user === user && (kinds?.includes(actor.kind) ?? true))
      .map(({ id }) => id),
  );
  return cellsWhere(node, ({ as }) => actors.has(as));
}

/** All that came in by a door that is no longer there. */
export function cellsByDoor(node: Situation, gone: (origin: Origin) => boolean): readonly string[] {
  const table = tableOf(node);
  const ids = new Set(table?.origins.filter(gone).map(({ id }) => id));
  return cellsWhere(node, ({ from }) => ids.has(from));
}

/** Rows of other hosts. */
export const isRemote = ({ via, reach }: Origin): boolean =>
  reach !== 'host' && reach !== 'socket' && !('path' in via) && !isLoopback(via.address);

/**
 * What a step risks that takes the open default user away. Protected mode goes with that user: hosts that it turned
 * away so far get as far as the login from then on.
 */
export function risksLogin(node: Situation, why: string): string {
  const away = tableOf(node)?.origins.filter(
    (origin) => isRemote(origin) && origin.refused !== undefined && origin.refusedBy !== 'firewall',
  );
  const who = [...new Set(away?.map(({ label }) => label))];
  return who.length === 0
    ? why
    : `${why}; protected mode turned other hosts away so far, from then on they may reach the login: ${who.slice(0, 3).join('; ')}${who.length > 3 ? ' …' : ''}`;
}

/** What a user could do only by commands that it may run no longer. */
export function cellsOfCommands(
  node: Situation,
  user: string,
  stillMayRun: (command: string) => boolean,
): readonly string[] {
  const { grants } = node.view;
  const grant = grants.known ? grants.value.find((one) => one.user === user) : undefined;
  const table = tableOf(node);
  const actors = new Set(table?.actors.filter((actor) => actor.user === user).map(({ id }) => id));
  // `config|set dir, then …`: a way is closed when its first command is.
  const commandOf = (by: string): string => (by.split(/[ ,]/, 1)[0] ?? by).toLowerCase();
  return cellsWhere(node, ({ as, can, by }) => {
    if (!actors.has(as)) return false;
    const ways = [...by, ...(grant?.can[can] ?? [])];
    return ways.length > 0 && ways.every((way) => !stillMayRun(commandOf(way)));
  });
}
