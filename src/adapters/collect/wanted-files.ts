import { isAbsolute, join } from 'node:path/posix';
import { valueOr, type Collected, type FileRole } from '../../model/index.ts';
import type { WantedFile } from '../host/index.ts';

/** A setting as text, from the running server or its file. */
export function settingOf(facts: Partial<Collected>, name: string): string | undefined {
  const runtime = facts.config?.known ? facts.config.value[name] : undefined;
  const filed = facts.conf?.known ? facts.conf.value.settings[name] : undefined;
  const value = runtime ?? filed;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The server's own folder, absolute. */
export function folderOf(facts: Partial<Collected>, cwd: string | undefined): string | undefined {
  const folder = settingOf(facts, 'dir') ?? cwd;
  if (folder === undefined) return undefined;
  return isAbsolute(folder) ? folder : cwd === undefined ? undefined : join(cwd, folder);
}

/** Every file whose owner and mode matter, by the settings that name them. */
export function wantedFiles(
  facts: Partial<Collected>,
  exe: string | undefined,
  cwd: string | undefined,
): readonly WantedFile[] {
  const folder = folderOf(facts, cwd);
  const inFolder = (name: string | undefined): string | undefined =>
    name === undefined
      ? undefined
      : isAbsolute(name)
        ? name
        : folder === undefined
          ? undefined
          : join(folder, name);
  const rows: readonly (readonly [FileRole, string | undefined])[] = [
    ...(facts.conf?.known ? facts.conf.value.files.map((path) => ['conf', path] as const) : []),
    ['aclfile', inFolder(settingOf(facts, 'aclfile'))],
    ['dir', folder],
    ['dump', inFolder(settingOf(facts, 'dbfilename'))],
    ['aof', inFolder(settingOf(facts, 'appenddirname') ?? settingOf(facts, 'appendfilename'))],
    ['log', inFolder(settingOf(facts, 'logfile'))],
    ['unixsocket', inFolder(settingOf(facts, 'unixsocket'))],
    ['binary', exe],
    ['tls-key', inFolder(settingOf(facts, 'tls-key-file'))],
    ['tls-key', inFolder(settingOf(facts, 'tls-client-key-file'))],
    ['tls-cert', inFolder(settingOf(facts, 'tls-cert-file'))],
    ['tls-ca', inFolder(settingOf(facts, 'tls-ca-cert-file'))],
    ...valueOr(facts.modules ?? { known: false, why: 'not-asked', detail: '' }, []).map(
      ({ path }) => ['module', path] as const,
    ),
  ];
  return rows.flatMap(([role, path]) => (path === undefined || !isAbsolute(path) ? [] : [{ role, path }]));
}
