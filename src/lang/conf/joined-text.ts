import type { ConfFile, ConfPlace } from './reading.ts';
import { serverText } from './server-text.ts';

/** Where a line really is, and which number the server's message would give it. */
export interface Where extends ConfPlace {
  readonly reported: number;
}

interface JoinedText {
  readonly bytes: Uint8Array;
  readonly place: (line: number) => Where;
}

/**
 * The files as the one text that a server makes of them: all that a pattern matches is read as one, and a file
 * without a line break at its end goes on with the first line of the next.
 */
export function joinText(files: readonly ConfFile[]): JoinedText {
  const texts = files.map((file) => ({ file: file.path, ...serverText(file.bytes) }));
  const [only] = texts;
  if (only && texts.length === 1) {
    const { file, bytes, lines } = only;
    return { bytes, place: (line) => ({ file, line: lines?.[line - 1] ?? line, reported: line }) };
  }
  const begins: ConfPlace[] = [];
  let open = false;
  for (const { file, bytes, lines } of texts) {
    for (let at = 0, own = 1; at < bytes.length; own++) {
      if (at > 0 || !open) begins.push({ file, line: lines?.[own - 1] ?? own });
      const feed = bytes.indexOf(0x0a, at);
      open = feed < 0;
      at = open ? bytes.length : feed + 1;
    }
  }
  const last = texts.at(-1)?.file ?? '';
  return {
    bytes: Buffer.concat(texts.map(({ bytes }) => bytes)),
    place: (line) => ({ ...(begins[line - 1] ?? { file: last, line: 1 }), reported: line }),
  };
}
