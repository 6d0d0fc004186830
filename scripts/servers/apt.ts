/**
 * A private apt: its own lists, cache and (empty) status, so that nothing is installed and root is not
 * needed. Signatures are checked with the keyring that the machine's own sources name. Proxies and
 * credentials of the machine are honoured.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AptHost } from './host.ts';
import { run } from './run.ts';

export interface PrivateApt {
  /** Downloads the named packages with the libraries they need; gives the paths of the archives. */
  download(packages: readonly string[], into: string): Promise<readonly string[]>;
}

// Suites without a fixed content; a mirror may be frozen at a date after which their Release has expired.
const movingSuites = new Set(['sid', 'unstable', 'testing', 'forky', 'experimental']);

/** Sets up apt for one suite under `directory` and reads that suite's package lists. */
export async function openApt(host: AptHost, suite: string, directory: string): Promise<PrivateApt> {
  const at = (...parts: readonly string[]): string => join(directory, ...parts);
  for (const path of [
    'etc/sources.list.d',
    'etc/preferences.d',
    'etc/apt.conf.d',
    'lists/partial',
    'archives/partial',
  ]) {
    await mkdir(at(path), { recursive: true });
  }
  await writeFile(at('status'), '');
  await writeFile(at('etc', 'sources.list'), await sourceLines(host, suite, at('archive-key.asc')));
  await writeFile(at('apt.conf'), await configuration(directory));
  const env = { ...process.env, APT_CONFIG: at('apt.conf'), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'], { env });
  const target = suite === 'experimental' || suite.endsWith('-backports') ? ['-t', suite] : [];
  return {
    async download(packages, into) {
      const uris = await run('apt-get', ['-q', '-y', ...target, '--print-uris', 'install', ...packages], {
        env,
      });
      const wanted = chosenPackages(uris);
      if (wanted.length === 0) throw new Error(`apt-get: ${suite} has no ${packages.join(', ')}`);
      await mkdir(into, { recursive: true });
      await run('apt-get', ['-q', 'download', ...wanted], { env, cwd: into });
      return (await readdir(into)).filter((name) => name.endsWith('.deb')).map((name) => join(into, name));
    },
  };
}

/**
 * `apt-get --print-uris` lists `'uri' file size hash`, the file as `name_version_architecture.deb`.
 * We want programs and libraries; what a package needs only to be installed (users, hooks) stays away.
 */
export function chosenPackages(printed: string): readonly string[] {
  return printed.split('\n').flatMap((line) => {
    const [, file] = /^'[^']+' (\S+\.deb) /.exec(line) ?? [];
    const [name, version] = (file ?? '').split('_');
    if (name === undefined || version === undefined) return [];
    const library =
      /^(?:lib|lua-|zlib1g)/.test(name) &&
      !/^lib(?:pam|audit|db5|semanage|sepol|selinux|crypt1|bsd|perl|gdbm|mount|blkid)/.test(name);
    return library || /^(?:redis|valkey)-/.test(name) ? [`${name}=${decodeURIComponent(version)}`] : [];
  });
}

async function sourceLines(
  { distribution, archive }: AptHost,
  suite: string,
  keyFile: string,
): Promise<string> {
  const inline = archive.signedBy?.includes('\n') === true;
  if (inline) await writeFile(keyFile, `${archive.signedBy}\n`);
  const key = inline ? keyFile : archive.signedBy;
  const options = [
    ...(key === undefined ? [] : [`signed-by=${key}`]),
    ...(movingSuites.has(suite) ? ['check-valid-until=no'] : []),
  ];
  const bracket = options.length === 0 ? '' : `[${options.join(' ')}] `;
  const components = distribution === 'ubuntu' ? 'main universe' : 'main';
  const line = (uri: string, name: string): string => `deb ${bracket}${uri} ${name} ${components}`;
  const release = suite.replace('-backports', '');
  const lines = [line(archive.main, suite)];
  if (suite === 'experimental') lines.push(line(archive.main, 'sid'));
  if (release !== suite) lines.push(line(archive.main, release));
  if (!movingSuites.has(suite) && archive.security !== undefined)
    lines.push(line(archive.security, `${release}-security`));
  return `${lines.join('\n')}\n`;
}

async function configuration(directory: string): Promise<string> {
  const dump = await run('apt-config', ['dump']);
  const machine = dump.split('\n').filter((line) => line.startsWith('Acquire::'));
  const etc = /^Dir::Etc "([^"]*)";$/m.exec(dump)?.[1] ?? 'etc/apt';
  const machineEtc = join('/', etc);
  const own: Readonly<Record<string, string>> = {
    'Dir::Etc': join(directory, 'etc/'),
    'Dir::Etc::netrc': join(machineEtc, 'auth.conf'),
    'Dir::Etc::netrcparts': join(machineEtc, 'auth.conf.d'),
    'Dir::Etc::trusted': join(machineEtc, 'trusted.gpg'),
    'Dir::Etc::trustedparts': join(machineEtc, 'trusted.gpg.d'),
    'Dir::State': directory,
    'Dir::State::lists': join(directory, 'lists/'),
    'Dir::State::status': join(directory, 'status'),
    'Dir::Cache': directory,
    'Dir::Cache::archives': join(directory, 'archives/'),
    'APT::Install-Recommends': 'false',
    // With root, apt would download as a user of its own, who cannot write here.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::GzipIndexes': 'false',
    'Acquire::PDiffs': 'false',
    'Acquire::Retries': '3',
  };
  return [...machine, ...Object.entries(own).map(([key, value]) => `${key} "${value}";`), ''].join('\n');
}
