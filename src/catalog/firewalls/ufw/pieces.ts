/**
 * What ufw gives to iptables-restore one after the other, without a flush in between: read as one text, so that chains
 * of one piece are known to the next, with every line traced back to where it stands. A piece that iptables-restore
 * refuses is loaded up to the table with the mistake, and ufw goes on with the next one.
 */
import type { Chain, Family, Position, Rule, RuleProblem, Table } from '../../../lang/packets/index.ts';
import type { IpSets } from '../ipset/index.ts';
import { parseIptablesSave } from '../iptables/index.ts';

export interface Piece {
  readonly text: string;
  /** A file of the host; absent: ufw's own words. */
  readonly file?: string;
  /** Of ufw's own words: the setting that they follow from. */
  readonly because?: Position;
}

/** More tables in one file are a mistake, or an attack. */
const mostBlocks = 500;
const mostRounds = 12;

/** What the kernel holds after all pieces, and what it refused. */
export function loadPieces(
  pieces: readonly Piece[],
  family: Family,
  sets: IpSets | undefined,
): { readonly tables: readonly Table[]; readonly problems: readonly RuleProblem[] } {
  const refused: RuleProblem[] = [];
  let loaded = pieces.map((piece) => cutUnfinished(piece, refused));
  for (let round = 0; ; round++) {
    const places = placesOf(loaded);
    const text = loaded.map((piece) => piece.text).join('');
    const read = parseIptablesSave(text, { family, chains: [], ...(sets === undefined ? {} : { sets }) });
    const problems = read.problems.map((problem) => ({ ...problem, at: places(problem.at) }));
    const cuts = new Map<number, number>();
    for (const { fatal, at } of read.problems) {
      const place = fatal ? places.of(at) : undefined;
      if (place) cuts.set(place.piece, Math.min(cuts.get(place.piece) ?? Infinity, place.line));
    }
    if (cuts.size === 0 || round === mostRounds) {
      return {
        tables: read.tables.map((table) => moved(table, places)),
        problems: [...refused, ...problems],
      };
    }
    refused.push(...problems.filter(({ fatal }) => fatal));
    loaded = loaded.map((piece, index) => {
      const line = cuts.get(index);
      return line === undefined ? piece : { ...piece, text: beforeTable(piece.text, line) };
    });
  }
}

interface Places {
  (at: Position): Position;
  of(at: Position): { readonly piece: number; readonly line: number } | undefined;
}

function placesOf(pieces: readonly Piece[]): Places {
  const starts: number[] = [];
  let next = 1;
  for (const { text } of pieces) {
    starts.push(next);
    next += text.split('\n').length - 1;
  }
  const of: Places['of'] = ({ line }) => {
    if (line === undefined) return undefined;
    // Of pieces without a line, which begin where the next one does, none holds it.
    const piece = starts.findLastIndex((start) => start <= line);
    const start = starts[piece];
    return start === undefined ? undefined : { piece, line: line - start + 1 };
  };
  const move = (at: Position): Position => {
    const place = of(at);
    const piece = place && pieces[place.piece];
    if (!piece) return { text: at.text };
    if (piece.file !== undefined) return { file: piece.file, line: place.line, text: at.text };
    return piece.because ?? { text: at.text };
  };
  return Object.assign(move, { of });
}

const moved = (table: Table, places: Places): Table => ({
  ...table,
  chains: table.chains.map((chain): Chain => ({
    ...chain,
    at: places(chain.at),
    rules: chain.rules.map((rule): Rule => ({ ...rule, at: places(rule.at) })),
  })),
});

/** What stands before the table that this line is in. */
function beforeTable(text: string, line: number): string {
  const lines = text.split('\n');
  let keep = 0;
  for (let index = 0; index < line - 1; index++) if (lines[index] === 'COMMIT') keep = index + 1;
  return keep === 0 ? '' : `${lines.slice(0, keep).join('\n')}\n`;
}

/** A table without COMMIT is not loaded, and must not swallow the next piece. */
function cutUnfinished(piece: Piece, refused: RuleProblem[]): Piece {
  const text = piece.text.endsWith('\n') ? piece.text : `${piece.text}\n`;
  const file = piece.file === undefined ? {} : { file: piece.file };
  let open = 0;
  let blocks = 0;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('*') && open === 0) {
      open = index + 1;
      if (++blocks > mostBlocks) {
        const reason = `more than ${mostBlocks} tables in one file: what follows is not read`;
        refused.push({ at: { ...file, line: open, text: line.slice(0, 300) }, reason, fatal: true });
        return { ...piece, text: beforeTable(text, open) };
      }
    } else if (/^COMMIT[ \t\r]*$/.test(line)) open = 0;
  }
  if (open === 0) return { ...piece, text };
  const reason = 'the file ends before the COMMIT of this table: the table is not loaded';
  refused.push({
    at: { ...file, line: open, text: (lines[open - 1] ?? '').slice(0, 300) },
    reason,
    fatal: true,
  });
  return { ...piece, text: beforeTable(text, open) };
}
