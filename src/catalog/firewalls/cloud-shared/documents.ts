import type { Position } from '../../../lang/packets/index.ts';
import { type ReadDocument, readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import type { CloudDocument, Problems, Source } from './reading.ts';

/** Documents of JSON; those that cannot be read are named in `unread`. */
export interface ReadSources {
  readonly sources: readonly Source[];
  readonly unread: readonly Position[];
}

/** Reads all documents, and says what is wrong with them. */
export const readJsonDocuments = (documents: readonly CloudDocument[], problems: Problems): ReadSources =>
  readAll(documents, problems, (text) => [readJson(text)]);

/** The same for YAML, where one text may hold several documents, and for JSON. */
export const readYamlDocuments = (documents: readonly CloudDocument[], problems: Problems): ReadSources =>
  readAll(documents, problems, readYaml);

function readAll(
  documents: readonly CloudDocument[],
  problems: Problems,
  readText: (text: string) => readonly ReadDocument[],
): ReadSources {
  const sources: Source[] = [];
  const unread: Position[] = [];
  for (const { text, file } of documents) {
    const named = file === undefined ? {} : { file };
    for (const { value, lines, problems: found } of readText(text)) {
      for (const { line, column, reason, fatal } of found) {
        const at = { ...named, line, text: `column ${column}` };
        problems.add(at, reason, fatal);
        if (fatal) unread.push(at);
      }
      if (value !== undefined) sources.push({ value, lines, ...named });
    }
  }
  return { sources, unread };
}
