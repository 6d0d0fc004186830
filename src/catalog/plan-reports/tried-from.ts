import type { Color } from '../reports/terminal/ink.ts';
import type { Page } from '../reports/terminal/page.ts';

/** What one connection came to. */
export interface Tried {
  readonly reaches: boolean;
  /** Names of the commands that were answered. */
  readonly may: readonly string[];
  /** First words of the errors: `NOAUTH`, `NOPERM`. */
  readonly refusals: readonly string[];
}

/** The same connection, made from one host before and after. */
export interface TriedFrom {
  /** The host, and what it is to the server. */
  readonly host: string;
  /** Its own address, that the packets come from. */
  readonly address: string;
  /** The user that it logs in as; absent: a stranger. */
  readonly user?: string;
  /** Absent where there was no such login yet. */
  readonly before?: Tried;
  readonly after: Tried;
}

type Cell = readonly [port: string, may: string, color: Color];

function cellOf(tried: Tried | undefined, good: boolean): Cell {
  if (tried === undefined) return ['', '', 'dim'];
  const { reaches, may, refusals } = tried;
  if (!reaches) return ['closed', '', good ? 'red' : 'green'];
  const what =
    may.length > 0 ? may.join(' ') : refusals.length > 0 ? `nothing: ${refusals.join(', ')}` : 'nothing';
  return ['open', what, may.length > 0 === good ? 'green' : 'red'];
}

/** Who reaches the port, and what he may do there: a row for each host and family, before and after side by side. */
export function triedLines({ paint }: Page, rows: readonly TriedFrom[]): readonly string[] {
  const line = (host: string, address: string, ...cells: readonly Cell[]): string =>
    `  ${host.padEnd(13)}${address.padEnd(16)}${cells
      .map(([port, may, color]) => paint(`${port.padEnd(8)}${may.padEnd(17)}`, color))
      .join('')}`.trimEnd();
  return [
    paint(`${' '.repeat(31)}${'before'.padEnd(25)}after`, 'dim'),
    line('from', '', ['port', 'anybody may', 'dim'], ['port', 'anybody may', 'dim']),
    ...rows.map(({ host, address, user, before, after }, index) =>
      line(
        user !== undefined ? `  as ${user}` : rows[index - 1]?.host === host ? '' : host,
        address,
        cellOf(before, user !== undefined),
        cellOf(after, user !== undefined),
      ),
    ),
    '',
  ];
}
