/**
 * The text that a server really splits into lines. It reads a file in pieces of a line, at most 1024 bytes each, and
 * appends each piece as a C string: from a NUL on, the rest of the piece is lost, its line break too. So a NUL glues
 * the next line to what stood before it, and the numbers in the server's messages shift. In a UTF-16 file nearly
 * everything is lost that way.
 */
const PIECE = 1024;

interface ServerText {
  readonly bytes: Uint8Array;
  /** For each line of `bytes`, the number of the line of the file in which it begins; undefined: the same numbers. */
  readonly lines: readonly number[] | undefined;
}

export function serverText(bytes: Uint8Array): ServerText {
  if (!bytes.includes(0)) return { bytes, lines: undefined };
  const kept: Uint8Array[] = [];
  const lines: number[] = [];
  let number = 1;
  let begins = true;
  for (let at = 0; at < bytes.length;) {
    const feed = bytes.indexOf(0x0a, at);
    const end = Math.min(at + PIECE, feed < 0 ? bytes.length : feed + 1);
    const nul = bytes.indexOf(0, at);
    const piece = bytes.subarray(at, nul >= 0 && nul < end ? nul : end);
    if (piece.length > 0) {
      if (begins) lines.push(number);
      begins = piece[piece.length - 1] === 0x0a;
      kept.push(piece);
    }
    if (end === feed + 1) number++;
    at = end;
  }
  return { bytes: Buffer.concat(kept), lines };
}
