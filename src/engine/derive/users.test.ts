import { describe, expect, it } from 'vitest';
import { identity, secret, settings, user } from '../../catalog/example-facts.ts';
import { known, unknown, type AclFileFacts, type ConfFacts, type Fact } from '../../model/index.ts';
import { deriveUsers, type UserInputs } from './users.ts';

const none = unknown('not-asked', 'no server');
const conf = (more: Partial<ConfFacts> = {}): Fact<ConfFacts> =>
  known(
    {
      path: 'redis.conf',
      files: ['redis.conf'],
      lines: [],
      settings: {},
      renames: [],
      users: [],
      problems: [],
      sentinel: false,
      ...more,
    },
    'redis.conf',
  );
const aclFile = (users: AclFileFacts['users']): Fact<AclFileFacts> =>
  known({ path: 'users.acl', users, problems: [] }, 'users.acl');

const users = (more: Partial<UserInputs>) =>
  deriveUsers({
    identity: known(identity(), 'INFO'),
    settings: known({}, ''),
    aclUsers: none,
    aclFile: none,
    conf: none,
    ...more,
  });
const defaultOf = (more: Partial<UserInputs>) => {
  const fact = users(more);
  return fact.known ? fact.value.find(({ name }) => name === 'default') : fact;
};

const password = known(settings({ requirepass: secret('strong') }), '');

describe('who there is', () => {
  it('is what the live server says', () => {
    expect(users({ aclUsers: known([user('app')], 'ACL LIST') })).toMatchObject({
      known: true,
      value: [{ name: 'app' }],
    });
  });

  it('a live user is given the line that made it', () => {
    const where = { file: 'users.acl', line: 3 };
    expect(
      users({ aclUsers: known([user('app')], 'ACL LIST'), aclFile: aclFile([user('app', { where })]) }),
    ).toMatchObject({ value: [{ where }] });
  });

  it('before 6.0 it is everybody, with requirepass or without', () => {
    const old = known(identity({ version: '5.0.14' }), 'INFO');
    expect(defaultOf({ identity: old, settings: password })).toMatchObject({
      noPassword: false,
      passwords: [{ strength: 'strong' }],
    });
    expect(defaultOf({ identity: old })).toMatchObject({ noPassword: true });
  });

  it('from a file: default with requirepass, beside the users of its lines', () => {
    const fact = users({ conf: conf({ users: [user('app')] }), settings: password });
    expect(fact).toMatchObject({ value: [{ name: 'default', noPassword: false }, { name: 'app' }] });
  });

  it('requirepass is nothing beside an ACL file', () => {
    expect(defaultOf({ conf: conf(), settings: password, aclFile: aclFile([user('app')]) })).toMatchObject({
      noPassword: true,
    });
  });

  it('an ACL file that names default decides for it', () => {
    expect(defaultOf({ aclFile: aclFile([user('default', { enabled: false })]) })).toMatchObject({
      enabled: false,
    });
  });

  it('an ACL file that cannot be read leaves it unknown', () => {
    const configured = known(settings({ aclfile: '/etc/redis/users.acl' }), '');
    expect(
      users({ conf: conf(), settings: configured, aclFile: unknown('no-access', 'EACCES') }),
    ).toMatchObject({ known: false, why: 'no-access' });
  });

  it('is unknown where neither server nor file tells', () =>
    expect(users({})).toMatchObject({ known: false }));
});
