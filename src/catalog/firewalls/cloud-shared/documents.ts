import type { Position } from '../../../lang/packets/index.ts';
import { readJson } from './read-json.ts';
import type { CloudDocument, Problems, Source } from './reading.ts';

/** Documents of JSON; those that cannot be read are named in `unread`. */
export interface ReadSources {
  readonly sources: readonly Source[];
  readonly unread: readonly Position[];
}

/** Reads all documents, and says what is wrong with them. */
export function readJsonDocuments(documents: readonly CloudDocument[], problems: Problems): ReadSources {
  const sources: Source[] = [];
  const unread: Position[] = [];
  for (const { text, file } of documents) {
    const read = readJson(text);
    for (const { line, column, reason, fatal } of read.problems) {
      const at = { ...(file === undefined ? {} : { file }), line, text: `column ${column}` };
      problems.add(at, reason, fatal);
      if (fatal) unread.push(at);
    }
    if (read.value !== undefined)
      sources.push({ value: read.value, lines: read.lines, ...(file === undefined ? {} : { file }) });
  }
  return { sources, unread };
}
