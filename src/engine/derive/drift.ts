import { normalise } from '../../lang/conf/index.ts';
import {
  isSecretNote,
  known,
  unknown,
  type Collected,
  type ConfFacts,
  type Drift,
  type Fact,
  type SecretNote,
  type Unknown,
  type UserFacts,
} from '../../model/index.ts';

type Value = string | SecretNote;

const shown = (value: Value | undefined): string =>
  value === undefined
    ? 'not set'
    : isSecretNote(value)
      ? value.strength === 'empty'
        ? 'no password'
        : 'another password'
      : value || '""';

const same = (name: string, a: Value, b: Value): boolean => {
  if (isSecretNote(a) && isSecretNote(b))
    return a.same === b.same || (a.strength === 'empty' && b.strength === 'empty');
  if (isSecretNote(a) || isSecretNote(b)) return false;
  return a === b || normalise(name, a) === normalise(name, b);
};

// These differ by nature: paths made absolute, what the server works out or counts by itself.
const never = new Set([
  'daemonize',
  'include',
  'port',
  'cluster-config-epoch',
  'logfile',
  'pidfile',
  'supervised',
  'dir',
]);

/** Modes of the sockets as they lie on the disk, as numbers. */
const socketModes = ({ listeners, files }: Collected): readonly number[] => {
  const heard = listeners.known ? listeners.value.filter(({ family }) => family === 'unix') : [];
  const modes = heard.flatMap(({ mode }) => mode ?? []);
  const lying = files.known
    ? files.value.filter(({ role, kind }) => role === 'unixsocket' && kind === 'socket')
    : [];
  return (modes.length > 0 ? modes : lying.map(({ mode }) => mode)).map((mode) => Number.parseInt(mode, 8));
};

/**
 * A server gives its socket this mode once, when it starts: where somebody gave it the mode of the file since, what the
 * server remembers decides nothing any more, and the next start changes nothing.
 */
function isOnDisk(name: string, there: Value, facts: Collected): boolean {
  if (name !== 'unixsocketperm' || typeof there !== 'string') return false;
  const modes = socketModes(facts);
  return modes.length > 0 && modes.every((mode) => mode === Number.parseInt(there, 8));
}

/** File against runtime: settings that the file names and the server has otherwise. */
function settingDrift(
  conf: ConfFacts,
  runtime: Readonly<Record<string, Value>>,
  facts: Collected,
): readonly Drift[] {
  return Object.entries(conf.settings).flatMap(([name, there]): readonly Drift[] => {
    const here = runtime[name];
    if (here === undefined || never.has(name) || same(name, there, here)) return [];
    if (isOnDisk(name, there, facts)) return [];
    return [{ kind: 'setting', name, between: ['file', 'runtime'], there: shown(there), here: shown(here) }];
  });
}

const passwordsOf = ({ passwords }: UserFacts): string =>
  passwords
    .map((note) => note.same)
    .toSorted()
    .join(' ');

/**
 * Users of a file against those of the running server, by name. Versions write the same rules in different words:
 * `permissions` says what a user's rules come to, and that is compared.
 */
function userDrift(
  there: readonly UserFacts[],
  here: readonly UserFacts[],
  file: 'aclfile' | 'conf',
  permissions: (user: UserFacts) => string | undefined,
): readonly Drift[] {
  const names = [...new Set([...there, ...here].map(({ name }) => name))].toSorted();
  return names.flatMap((name): readonly Drift[] => {
    const filed = there.find((user) => user.name === name);
    const live = here.find((user) => user.name === name);
    const drift = (was: string, is: string): readonly Drift[] => [
      { kind: 'user', name, between: [file, 'runtime'], there: was, here: is },
    ];
    if (!filed) return name === 'default' ? [] : drift('not there', 'there');
    if (!live) return drift('there', 'not there');
    if (passwordsOf(filed) !== passwordsOf(live)) return drift('a password', 'another password');
    if (filed.enabled !== live.enabled)
      return drift(filed.enabled ? 'on' : 'off', live.enabled ? 'on' : 'off');
    if (filed.noPassword !== live.noPassword)
      return drift(filed.noPassword ? 'nopass' : 'a password', live.noPassword ? 'nopass' : 'a password');
    const [was, is] = [permissions(filed), permissions(live)];
    if (was === undefined || is === undefined || was === is) return [];
    return drift(filed.rules.join(' '), live.rules.join(' '));
  });
}

const isSet = (value: Value | undefined): boolean => value !== undefined && value !== '';

/** What should have been compared, and could not be. */
function notCompared(
  { conf, config, aclUsers, aclFile }: Collected,
  permissions: Parameters<typeof userDrift>[3] | undefined,
): Unknown | undefined {
  if (!conf.known && conf.why !== 'absent') return conf;
  if (conf.known && !config.known) return config;
  const named =
    (config.known && isSet(config.value.aclfile)) || (conf.known && isSet(conf.value.settings.aclfile));
  if (named && !aclFile.known) return aclFile;
  if (!aclFile.known && !(conf.known && conf.value.users.length > 0)) return undefined;
  if (!aclUsers.known) return aclUsers;
  return permissions ? undefined : unknown('not-supported', 'what users may do could not be worked out');
}

/**
 * All that differs between the files and the running server. No difference is only said where everything was
 * compared: else it is unknown.
 */
export function deriveDrift(
  facts: Collected,
  permissions: Parameters<typeof userDrift>[3] | undefined,
): Fact<readonly Drift[]> {
  const { conf, config, aclUsers, aclFile } = facts;
  if (!conf.known && !aclFile.known) return unknown(conf.why, conf.detail);
  if (!config.known && !aclUsers.known) return unknown(config.why, config.detail);
  const settings = conf.known && config.known ? settingDrift(conf.value, config.value, facts) : [];
  const users =
    !aclUsers.known || !permissions
      ? []
      : aclFile.known
        ? userDrift(aclFile.value.users, aclUsers.value, 'aclfile', permissions)
        : conf.known && !isSet(conf.value.settings.aclfile) && conf.value.users.length > 0
          ? userDrift(conf.value.users, aclUsers.value, 'conf', permissions)
          : [];
  const all = [...settings, ...users];
  const missing = notCompared(facts, permissions);
  if (all.length === 0 && missing) return unknown(missing.why, missing.detail);
  return known(all, 'the files beside the running server');
}
