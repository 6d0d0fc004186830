import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A server program on this machine, ready to be started. */
export interface ServerBinary {
  /** Short name, for instance `redis-7.0`, or `redis-server` for one found on the PATH. */
  readonly name: string;
  readonly product: 'redis' | 'valkey' | 'keydb';
  /** Its own version, for instance `7.0.15`. */
  readonly version: string;
  /** The executable's absolute path. */
  readonly path: string;
  /** The command-line client that came with it. */
  readonly cli?: string;
}

/** A server that was wanted and could not be had. */
export interface MissingServer {
  readonly name: string;
  readonly required: boolean;
  readonly reason: string;
}

/** What a directory of servers holds. */
export interface ServerManifest {
  readonly format: 1;
  readonly servers: readonly ServerBinary[];
  readonly missing: readonly MissingServer[];
}

const emptyManifest: ServerManifest = { format: 1, servers: [], missing: [] };

/** The manifest's path inside a directory of servers. */
export const manifestPath = (directory: string): string => join(directory, 'manifest.json');

/** Reads a directory's manifest; a missing or unreadable one is an empty one. */
export function readManifest(directory: string): ServerManifest {
  try {
    const value: unknown = JSON.parse(readFileSync(manifestPath(directory), 'utf8'));
    return isManifest(value) ? value : emptyManifest;
  } catch {
    return emptyManifest;
  }
}

function isManifest(value: unknown): value is ServerManifest {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  return (
    'servers' in value && Array.isArray(value.servers) && 'missing' in value && Array.isArray(value.missing)
  );
}
