/**
 * Every configuration file of the corpus, read as three servers read it, against what these servers did.
 * KEYWARD_CORPUS names the corpus; without it the comparison is skipped, loudly.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConf, printConf, readConf, type ConfProduct, type ConfReading } from './index.ts';

const corpus = process.env['KEYWARD_CORPUS'] ?? '';
const sets = ['redisconf-stock', 'redisconf-wild', 'redisconf-derived'].filter((set) =>
  existsSync(join(corpus, set)),
);

interface Result {
  readonly server: string;
  readonly outcome: 'started' | 'config_error' | 'exit_after_parse';
  readonly config_get_non_default?: Readonly<Record<string, string>>;
  readonly config_get_error?: string;
  readonly line?: number | null;
  readonly reason?: string;
  readonly last_lines?: readonly string[];
}
interface Truth {
  readonly sentinel_mode: boolean;
  readonly results: readonly Result[];
}

const defaultsFile = join(corpus, 'redisconf-stock/config_get_defaults.json');
const defaults = (existsSync(defaultsFile) ? JSON.parse(readFileSync(defaultsFile, 'utf8')) : {}) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

/** How the corpus ran its files. Folders named in them had been made, scripts had not. */
function readAs(server: string, file: string, bytes: Uint8Array, sentinel: boolean): ConfReading {
  const dash = server.indexOf('-');
  return readConf([{ path: file, bytes }], {
    product: server.slice(0, dash) as ConfProduct,
    version: server.slice(dash + 1),
    sentinel,
    appended: Buffer.from('daemonize no\nlogfile ""\ndir /data\nunixsocket /tmp/s\n'),
    load: (_pattern, _from, glob) => (glob ? [] : { problem: 'No such file or directory' }),
    host: {
      folder: (_path, asWritten) => asWritten.startsWith('/') || /^\.*\/?$/.test(asWritten),
      executable: () => false,
      defragments: false,
      workingFolder: '/',
    },
  });
}

/** The settings that differ from the defaults, among those that the corpus compares. */
function nonDefault(server: string, reading: ConfReading): Record<string, string> {
  const known = defaults[server] ?? {};
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(known)) {
    const now = reading.settings.get(name) ?? '';
    if (now !== value) found[name] = now;
  }
  return found;
}

function difference(truth: Result, reading: ConfReading, sentinel: boolean): string | undefined {
  const { refused } = reading;
  if (truth.outcome === 'config_error') {
    if (refused?.stage !== 'read') return `should be refused at line ${truth.line}: ${truth.reason}`;
    const same = refused.reported === (truth.line ?? undefined) && refused.reason === truth.reason;
    const ours = `refused at line ${refused.reported} (${refused.reason})`;
    return same ? undefined : `${ours}, should be at ${truth.line} (${truth.reason})`;
  }
  // A server whose log goes to a file by then says nothing of the include that it cannot open.
  const unopened = refused?.reason.includes("can't open config file") ?? false;
  if (truth.outcome === 'exit_after_parse' && truth.last_lines?.length === 0 && unopened) return undefined;
  const missing = truth.last_lines?.some((line) => line.includes("can't open config file"));
  if (missing) return unopened ? undefined : 'an include is missing';
  if (refused?.stage === 'read') return `refused at line ${refused.line}: ${refused.reason}`;
  if (truth.outcome === 'exit_after_parse') return undefined;
  if (refused) return `should start: ${refused.reason}`;
  if (truth.config_get_error !== undefined || sentinel) return undefined;
  const given = truth.config_get_non_default;
  if (given === undefined) return undefined;
  const want = JSON.stringify(Object.entries(given).toSorted());
  const have = JSON.stringify(Object.entries(nonDefault(truth.server, reading)).toSorted());
  return want === have ? undefined : `settings are ${have}, should be ${want}`;
}

// What no reading of the files alone can know: [file, server, why].
const impossible: readonly (readonly [file: string, server: string, why: string])[] = [];

describe.skipIf(sets.length < 3)('the corpus of configuration files', () => {
  const files = sets.flatMap((set) =>
    readdirSync(join(corpus, set))
      .filter((name) => name.endsWith('.truth.json'))
      .map((name) => join(set, name.slice(0, -'.truth.json'.length))),
  );

  it('is read as every server reads it', () => {
    const counts = new Map<string, number>();
    const differences: string[] = [];
    for (const file of files) {
      const bytes = readFileSync(join(corpus, file));
      const truth = JSON.parse(readFileSync(join(corpus, `${file}.truth.json`), 'utf8')) as Truth;
      for (const result of truth.results) {
        const found = difference(
          result,
          readAs(result.server, file, bytes, truth.sentinel_mode),
          truth.sentinel_mode,
        );
        const known = impossible.some(([name, server]) => file.endsWith(name) && server === result.server);
        const key = `${result.server} ${known ? 'cannot be known' : result.outcome}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        if (found !== undefined && !known) differences.push(`${file} ${result.server}: ${found}`);
      }
    }
    console.log(
      [...counts]
        .toSorted()
        .map(([key, count]) => `${key}: ${count}`)
        .join('\n'),
    );
    expect(differences).toEqual([]);
    expect(counts.size).toBeGreaterThan(8);
  }, 60_000);

  it('is printed as it was, byte for byte', () => {
    for (const file of files) {
      const bytes = readFileSync(join(corpus, file));
      expect(Buffer.compare(printConf(parseConf(bytes)), bytes), file).toBe(0);
    }
    expect(files.length).toBeGreaterThan(100);
  });
});

if (sets.length < 3)
  console.warn('SKIPPED: KEYWARD_CORPUS names no corpus, 0 configuration files were compared');
