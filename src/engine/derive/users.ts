import { branchAtLeast } from '../branch.ts';
import {
  isSecretNote,
  known,
  unknown,
  type CollectedFacts,
  type Fact,
  type Identity,
  type SecretNote,
  type Setting,
  type UserFacts,
} from '../../model/index.ts';

export interface UserInputs {
  readonly identity: Fact<Identity>;
  readonly settings: Fact<Readonly<Record<string, Setting>>>;
  readonly aclUsers: Fact<CollectedFacts['aclUsers']>;
  readonly aclFile: Fact<CollectedFacts['aclFile']>;
  readonly conf: Fact<CollectedFacts['conf']>;
  readonly door?: Fact<CollectedFacts['door']>;
}

const everything = { commands: ['+@all'], keys: ['~*'], channels: ['&*'] };

/** The user default as a server has it that nobody configured, or that knows a password and no ACL. */
function defaultUserWith(password: SecretNote | undefined, where?: UserFacts['where']): UserFacts {
  const open = password === undefined || password.strength === 'empty';
  return {
    name: 'default',
    enabled: true,
    noPassword: open,
    passwords: open ? [] : [password],
    selectors: [everything],
    rules: ['on', ...(open ? ['nopass'] : []), '~*', '&*', '+@all'],
    ...(where ? { where } : {}),
  };
}

/** Products whose only credential is requirepass: before 6.0, and Kvrocks with its namespaces. */
export const hasUsers = (identity: Identity): boolean =>
  identity.product === 'kvrocks'
    ? false
    : ['keydb', 'dragonfly', 'garnet', 'valkey'].includes(identity.product) ||
      // Sentinels got theirs later than servers.
      branchAtLeast(identity, identity.mode === 'sentinel' ? '6.2' : '6.0');

/** A password of which only that it is asked for is known. */
const someSecret: SecretNote = { secret: true, strength: 'unmeasured', same: '' };

/** Where CONFIG is closed: whoever was asked for a login needs the password, and else there is none. */
function userAtTheDoor(door: UserInputs['door']): UserFacts | undefined {
  if (!door?.known) return undefined;
  if (door.value === 'open') return defaultUserWith(undefined);
  return door.value === 'login' ? defaultUserWith(someSecret) : undefined;
}

const passwordOf = (
  settings: Fact<Readonly<Record<string, Setting>>>,
): { readonly note?: SecretNote; readonly where?: UserFacts['where'] } => {
  const setting = settings.known ? settings.value.requirepass : undefined;
  return {
    ...(setting && isSecretNote(setting.value) ? { note: setting.value } : {}),
    ...(setting?.where ? { where: setting.where } : {}),
  };
};

const withDefault = (users: readonly UserFacts[], fallback: UserFacts): readonly UserFacts[] =>
  users.some(({ name }) => name === 'default') ? users : [fallback, ...users];

const filed = (aclFile: UserInputs['aclFile'], conf: UserInputs['conf']): readonly UserFacts[] =>
  aclFile.known ? aclFile.value.users : conf.known ? conf.value.users : [];

/** A live user with the line that made it, where a file has one of that name. */
function withPlace(user: UserFacts, users: readonly UserFacts[]): UserFacts {
  const where = users.find(({ name }) => name === user.name)?.where;
  return where ? { ...user, where } : user;
}

/**
 * The users that count: what the live server says; else what it would have after loading its files. `requirepass` is
 * nothing beside an ACL file, and a file that does not name `default` leaves it open.
 */
export function deriveUsers({
  identity,
  settings,
  aclUsers,
  aclFile,
  conf,
  door,
}: UserInputs): Fact<readonly UserFacts[]> {
  if (aclUsers.known)
    return known(
      aclUsers.value.map((user) => withPlace(user, filed(aclFile, conf))),
      aclUsers.source,
    );
  const { note, where } = passwordOf(settings);
  if (identity.known && !hasUsers(identity.value)) {
    if (!settings.known) {
      const met = userAtTheDoor(door);
      return met ? known([met], 'the first answers') : unknown(settings.why, settings.detail);
    }
    return known([defaultUserWith(note, where)], 'requirepass');
  }
  if (aclFile.known)
    return known(withDefault(aclFile.value.users, defaultUserWith(undefined)), aclFile.source);
  if (
    settings.known &&
    typeof settings.value.aclfile?.value === 'string' &&
    settings.value.aclfile.value !== ''
  ) {
    return unknown(
      aclFile.why,
      `the ACL file ${settings.value.aclfile.value} could not be read: ${aclFile.detail}`,
    );
  }
  if (conf.known) return known(withDefault(conf.value.users, defaultUserWith(note, where)), conf.source);
  return unknown(aclUsers.why, aclUsers.detail);
}
