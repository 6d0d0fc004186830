import { isAbsolute, join } from 'node:path/posix';
import { parseConf, readConf, type ConfFile, type ConfReading, type Loaded } from '../../lang/conf/index.ts';
import {
  known,
  namesSecret,
  secretPartOf,
  type ConfFacts,
  type DirectiveLine,
  type Fact,
  type SecretNote,
} from '../../model/index.ts';
import { userFromWords } from '../collectors/user-words.ts';
import type { SecretMeter } from '../secrets/index.ts';
import { expandGlob } from './glob.ts';
import { readFileFact } from './read-file.ts';

export interface ConfRequest {
  readonly path: string;
  /** The root folder that the server sees. */
  readonly root: string;
  /** The server's working folder: `include` is relative to it. */
  readonly folder: string;
  readonly product: 'redis' | 'valkey' | 'keydb';
  readonly version: string;
  readonly sentinel: boolean;
  readonly meter: SecretMeter;
  readonly names: readonly string[];
}

/** The facts of a configuration, and beside them what must not be kept: the new names of renamed commands. */
export interface ReadConf {
  readonly facts: Fact<ConfFacts>;
  readonly renames: ReadonlyMap<string, string>;
}

// Includes beyond these are a loop or a joke, whatever their files hold: a file of 5000 lines that each include it
// again would else be read until the memory is full.
const maxIncludedBytes = 8 << 20;
const maxIncludes = 1024;
/** What no reader would get to the end of. */
const maxProblems = 1000;

export async function readConfFacts(request: ConfRequest): Promise<ReadConf> {
  const { path, root, folder } = request;
  const main = readFileFact(isAbsolute(path) ? path : join(folder, path), root);
  if (!main.known) return { facts: main, renames: new Map() };
  const files: ConfFile[] = [{ path, bytes: main.value }];
  let total = 0;
  let includes = 0;
  const load = (pattern: string, _from: string, glob: boolean): Loaded => {
    const absolute = isAbsolute(pattern) ? pattern : join(folder, pattern);
    const paths = glob && /[*?[]/.test(absolute) ? expandGlob(absolute, root) : [absolute];
    const loaded: ConfFile[] = [];
    for (const one of paths) {
      includes += 1;
      if (includes > maxIncludes) return { problem: `more than ${maxIncludes} files are included: a loop?` };
      const file = readFileFact(one, root, Math.max(0, maxIncludedBytes - total));
      if (!file.known) return { problem: file.detail };
      total += file.value.length;
      loaded.push({ path: one, bytes: file.value });
    }
    files.push(...loaded);
    return loaded;
  };
  const reading = readConf([{ path, bytes: main.value }], {
    product: request.product,
    version: request.version,
    sentinel: request.sentinel,
    load,
    host: { workingFolder: folder },
    keepGoing: true,
  });
  const renames = new Map(
    reading.renames.filter(({ to }) => to !== '').map(({ command, to }) => [command.toUpperCase(), to]),
  );
  return { facts: known(await factsOf(reading, files, request), path), renames };
}

async function factsOf(
  reading: ConfReading,
  files: readonly ConfFile[],
  request: ConfRequest,
): Promise<ConfFacts> {
  const { meter, names, path, sentinel } = request;
  const settings: Record<string, string | SecretNote> = {};
  for (const [name, value] of reading.settings) {
    if (!reading.places.has(name)) continue;
    settings[name] =
      reading.table.get(name)?.secret === true || namesSecret(name) ? await meter.note(value, names) : value;
  }
  const users = await Promise.all(
    reading.users.map(({ name, rules, file, line }) =>
      userFromWords(name, rules, meter, names, { file, line }),
    ),
  );
  const unique = [...new Map(files.map((file) => [file.path, file])).values()];
  const lines = await Promise.all(unique.map((file) => linesOf(file, meter, names)));
  return {
    path,
    files: unique.map((file) => file.path),
    lines: lines.flat(),
    settings,
    // A short or guessable new name is worth a finding, so it is measured like the secret that it is meant to be.
    renames: await Promise.all(
      reading.renames.map(async ({ command, to, file, line }) => ({
        from: command,
        to: to === '' ? '' : await meter.note(to, [command, ...names]),
        file,
        line,
      })),
    ),
    users,
    problems: reading.problems.slice(0, maxProblems).map(({ file, line, column, reason, fatal }) => ({
      file,
      line,
      column,
      reason,
      fatal,
    })),
    sentinel,
  };
}

async function linesOf(
  file: ConfFile,
  meter: SecretMeter,
  names: readonly string[],
): Promise<readonly DirectiveLine[]> {
  const lines: DirectiveLine[] = [];
  for (const line of parseConf(file.bytes, file.path).lines) {
    if (line.kind !== 'directive') continue;
    const args = await Promise.all(
      line.args.map(async (arg, index) =>
        secretPartOf(line.name, line.args, index) === undefined ? arg : meter.note(arg, names),
      ),
    );
    lines.push({ name: line.name, args, file: file.path, line: line.number });
  }
  return lines;
}
