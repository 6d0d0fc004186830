import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Archive, type AptSource, findArchive, parseDeb822, parseOneLine } from './apt-sources.ts';
import type { Distribution } from './wanted.ts';

/** A machine whose packages we can unpack. */
export interface AptHost {
  readonly distribution: Distribution;
  readonly archive: Archive;
}

/** What this machine offers: an archive that its apt already trusts, or the reason why there is none. */
export function readHost(etc = '/etc'): AptHost | { readonly reason: string } {
  const missing = ['apt-get', 'apt-config', 'dpkg-deb'].find((program) => !onPath(program));
  if (process.platform !== 'linux' || missing !== undefined) {
    return {
      reason: `this machine has no ${missing ?? 'apt of Debian or Ubuntu'}, so only servers on the PATH are used`,
    };
  }
  const release = readRelease(join(etc, 'os-release'));
  const family = `${release.get('ID') ?? ''} ${release.get('ID_LIKE') ?? ''}`;
  const distribution: Distribution = /\bubuntu\b/.test(family) ? 'ubuntu' : 'debian';
  const codename = release.get('UBUNTU_CODENAME') ?? release.get('VERSION_CODENAME') ?? '';
  const archive = findArchive(readSources(join(etc, 'apt')), distribution, codename);
  return archive === undefined
    ? { reason: `apt here names no ${distribution} archive` }
    : { distribution, archive };
}

function readSources(directory: string): readonly AptSource[] {
  const list = join(directory, 'sources.list');
  const parts = join(directory, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).toSorted() : [];
  return [
    ...(existsSync(list) ? parseOneLine(readFileSync(list, 'utf8')) : []),
    ...names.flatMap((name) => {
      if (name.endsWith('.sources')) return parseDeb822(readFileSync(join(parts, name), 'utf8'));
      return name.endsWith('.list') ? parseOneLine(readFileSync(join(parts, name), 'utf8')) : [];
    }),
  ];
}

function readRelease(path: string): ReadonlyMap<string, string> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return new Map(
    text.split('\n').flatMap((line) => {
      const equals = line.indexOf('=');
      return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1).replaceAll('"', '')] as const];
    }),
  );
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((directory) => existsSync(join(directory, program)));
}
