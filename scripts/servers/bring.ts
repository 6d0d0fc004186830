/** Brings the servers that are not there yet, suite by suite, and writes the manifest after each. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers } from '../../src/adapters/servers/find.ts';
import {
  type MissingServer,
  type ServerBinary,
  type ServerManifest,
  manifestPath,
  readManifest,
} from '../../src/adapters/servers/manifest.ts';
import { type PrivateApt, openApt } from './apt.ts';
import { build } from './build.ts';
import { type AptHost, readHost } from './host.ts';
import { withLock } from './lock.ts';
import { type Recipe, type Wanted, wantedServers } from './wanted.ts';

export interface BringOptions {
  readonly directory: string;
  readonly say: (line: string) => void;
  /** Try again what could not be had before. */
  readonly again?: boolean;
}

/** True when every wanted server is there, or known not to be had (and optional). */
export function isComplete(directory: string, manifest: ServerManifest = readManifest(directory)): boolean {
  return due(manifest, false).length === 0;
}

/** Makes `directory` hold the wanted servers and gives its manifest. Two runs at once wait for each other. */
export async function bringServers({ directory, say, again = false }: BringOptions): Promise<ServerManifest> {
  if (!again && isComplete(directory)) return readManifest(directory);
  const waiting = (): void => say('another run is bringing servers; waiting for it');
  return withLock(directory, waiting, async () => {
    const before = readManifest(directory);
    const wanted = due(before, again);
    const host = readHost();
    if ('reason' in host) {
      const missing = wanted.map(({ name }) => ({ name, required: false, reason: host.reason }));
      const found = await findServers();
      say(`${host.reason}: ${found.length} found`);
      return merge(directory, before, found, missing);
    }
    const suites = Map.groupBy(wanted, (server) => server.recipes[host.distribution]?.suite);
    let manifest = before;
    // Two at a time: the lists of one suite are read while another's packages are unpacked.
    const queue = [...suites];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { servers, missing } = await bringSuite(host, next[0], next[1], directory, say);
        manifest = merge(directory, manifest, servers, missing);
      }
    };
    await Promise.all([worker(), worker()]);
    return manifest;
  });
}

function due(manifest: ServerManifest, again: boolean): readonly Wanted[] {
  return wantedServers.filter(({ name }) => {
    if (manifest.servers.some((server) => server.name === name && existsSync(server.path))) return false;
    return again || !manifest.missing.some((server) => server.name === name && !server.required);
  });
}

interface Brought {
  readonly servers: readonly ServerBinary[];
  readonly missing: readonly MissingServer[];
}

async function bringSuite(
  host: AptHost,
  suite: string | undefined,
  wanted: readonly Wanted[],
  directory: string,
  say: (line: string) => void,
): Promise<Brought> {
  const servers: ServerBinary[] = [];
  const missing: MissingServer[] = [];
  const work = await mkdtemp(join(tmpdir(), 'keyward-apt-'));
  let apt: PrivateApt | Error | undefined;
  for (const server of wanted) {
    try {
      const recipe: Recipe | undefined = server.recipes[host.distribution];
      if (recipe === undefined || suite === undefined)
        throw new Error(`no ${host.distribution} suite has it`);
      say(`${server.name}: from ${suite}${apt === undefined ? ', reading its package lists' : ''}`);
      apt ??= await openApt(host, suite, work).catch((error: unknown) => asError(error));
      if (apt instanceof Error) throw apt;
      const built = await build(server, recipe, apt, directory);
      servers.push(built);
      say(`${server.name}: ${built.product} ${built.version} is ready`);
    } catch (error) {
      const { message } = asError(error);
      // A binary for one architecture cannot be asked of another.
      const required =
        server.required && server.recipes[host.distribution] !== undefined && process.arch === 'x64';
      missing.push({ name: server.name, required, reason: message });
      say(`${server.name}: ${required ? 'FAILED' : 'skipped'}: ${message}`);
    }
  }
  await rm(work, { recursive: true, force: true });
  return { servers, missing };
}

/** Adds to the manifest and writes it, in one go: two workers must not write over each other. */
function merge(
  directory: string,
  before: ServerManifest,
  servers: readonly ServerBinary[],
  missing: readonly MissingServer[],
): ServerManifest {
  const touched = new Set([...servers, ...missing].map(({ name }) => name));
  const order = wantedServers.map(({ name }) => name);
  const byOrder = (a: { readonly name: string }, b: { readonly name: string }): number =>
    order.indexOf(a.name) - order.indexOf(b.name);
  const manifest: ServerManifest = {
    format: 1,
    servers: [...before.servers.filter(({ name }) => !touched.has(name)), ...servers].toSorted(byOrder),
    missing: [...before.missing.filter(({ name }) => !touched.has(name)), ...missing].toSorted(byOrder),
  };
  mkdirSync(directory, { recursive: true });
  const path = manifestPath(directory);
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${path}.new`, path);
  return manifest;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
