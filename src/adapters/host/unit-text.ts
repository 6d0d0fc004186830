import { scrubWords, isSecretName } from './scrub-arguments.ts';

export interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/**
 * The assignments of a unit file in order: systemd.syntax(7). A backslash at the end of a line joins the next one,
 * with a blank; comment lines in between are passed over.
 */
export function unitAssignments(text: string): readonly Assignment[] {
  const found: Assignment[] = [];
  let section = '';
  let open = '';
  for (const raw of text.split('\n')) {
    const line = raw.trimStart();
    if (/^[#;]/.test(line) || (open === '' && line.trim() === '')) continue;
    const joined = open + (open === '' ? line : raw);
    if (joined.endsWith('\\')) {
      open = `${joined.slice(0, -1)} `;
      continue;
    }
    open = '';
    const [, name] = /^\[([^\]]*)\]\s*$/.exec(joined) ?? [];
    if (name !== undefined) section = name;
    const equals = joined.indexOf('=');
    if (name !== undefined || equals < 1) continue;
    found.push({ section, key: joined.slice(0, equals).trim(), value: joined.slice(equals + 1).trim() });
  }
  return found;
}

/** Directives of [Service] that add up, and that an empty value clears: systemd.exec(5), systemd.service(5). */
const lists = new Set(
  `ExecStart ExecStartPre ExecStartPost ExecCondition ExecReload ExecStop ExecStopPost Environment EnvironmentFile
  PassEnvironment UnsetEnvironment SupplementaryGroups CapabilityBoundingSet AmbientCapabilities ReadWritePaths
  ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ReadWriteDirectories ReadOnlyDirectories
  InaccessibleDirectories TemporaryFileSystem BindPaths BindReadOnlyPaths RestrictAddressFamilies
  RestrictFileSystems RestrictNamespaces SystemCallFilter SystemCallArchitectures SystemCallLog IPAddressAllow
  IPAddressDeny SocketBindAllow SocketBindDeny RestrictNetworkInterfaces DeviceAllow RuntimeDirectory StateDirectory
  CacheDirectory LogsDirectory ConfigurationDirectory LoadCredential LoadCredentialEncrypted SetCredential
  SetCredentialEncrypted ImportCredential ExtensionImages ExtensionDirectories LogExtraFields Sockets`.split(
    /\s+/,
  ),
);

/**
 * The directives of [Service] after all files in their order: the last one wins; those that are lists add up, parted
 * by a blank (commands by ` ; `, as systemd lets one write them), and an empty one starts anew. Passwords in commands
 * and variables are hidden.
 */
export function serviceDirectives(assignments: readonly Assignment[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const { section, key, value } of assignments) {
    if (section !== 'Service') continue;
    const before = values.get(key);
    const adds = lists.has(key) && value !== '' && before !== undefined && before !== '';
    const clean = withoutSecrets(key, value);
    values.set(
      key,
      adds ? `${before}${key.startsWith('Exec') && !key.endsWith('Paths') ? ' ; ' : ' '}${clean}` : clean,
    );
  }
  return Object.fromEntries(values);
}

function withoutSecrets(key: string, value: string): string {
  if (key.startsWith('SetCredential')) return value.replace(/:.*$/s, ':***');
  if (key === 'Environment') {
    // `NAME=value`, `"NAME=two words"`, `'…'`, several of them.
    return value.replace(
      /("?'?)([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s"']*)/g,
      (whole, mark: string, name: string) => {
        if (!isSecretName(name)) return whole;
        return mark === '' ? `${name}=***` : `${mark}${name}=***`;
      },
    );
  }
  return scrubWords(value);
}
