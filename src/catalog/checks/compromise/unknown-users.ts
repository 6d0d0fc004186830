import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { aclFile, conf, grant, user } from '../../example-facts.ts';
import { isOwner } from '../../readings/grants.ts';
import type { AclFileFacts, ConfFacts, Fact, UserFacts } from '../../../model/index.ts';

/** The users that a restart would bring; a text where that cannot be told. */
function saved(file: Fact<ConfFacts>, acl: Fact<AclFileFacts>): readonly UserFacts[] | string {
  if (acl.known) return acl.value.users;
  if (!file.known) return 'neither the configuration file nor the ACL file was read';
  const path = file.value.settings.aclfile;
  return path === undefined || path === '' ? file.value.users : 'the ACL file was not read';
}

export default defineCheck({
  title: 'A user exists that no file knows',
  severity: 'high',
  why: 'A back door is one ACL SETUSER away, and leaves no trace in a file. A forgotten ACL SAVE looks the same, and loses the user at the next restart.',
  remedy:
    'Find out who made the user. If it is meant, write it down with ACL SAVE or CONFIG REWRITE; if nobody knows it, delete it and look for other signs.',
  links: ['https://redis.io/docs/latest/commands/acl-save/'],
  needs: ['aclUsers'],
  uses: ['conf', 'aclFile', 'grants'],
  judge({ aclUsers }, { conf: file, aclFile: acl, grants }) {
    const named = aclUsers.filter(({ name }) => name !== 'default');
    if (named.length === 0) return notApplicable('there is no user beside default');
    const known = saved(file, acl);
    if (typeof known === 'string') return undecided(known);
    const names = new Set(known.map(({ name }) => name));
    // Where no named user was ever saved, that is how this server is run, and says little of any one of them.
    const saves = known.some(({ name }) => name !== 'default');
    return failEach(
      named
        .filter(({ name }) => !names.has(name))
        .map(({ name, enabled }) => {
          const mine = grants.known ? grants.value.find((entry) => entry.user === name) : undefined;
          const owner = mine !== undefined && isOwner(mine);
          // Vault's database plugin makes users like this for an hour each, and never saves them.
          const leased = /^v[-_][a-z0-9]{1,40}[-_]/i.test(name);
          // No `opens`: a back door that is out of reach today is a sign all the same.
          return fault(
            `user ${name}${enabled ? '' : ' (off)'} is in no file${owner ? ', and may do everything' : ''}${leased ? '; named as Vault names its users' : ''}`,
            [{ kind: 'investigate', what: `who made user ${name}` }],
            {
              severity: !enabled || leased ? 'low' : owner && saves ? 'high' : 'medium',
            },
          );
        }),
    );
  },
  examples: {
    good: {
      'as in the ACL file': {
        aclUsers: [user('default'), user('app')],
        aclFile: aclFile([user('default'), user('app')]),
      },
      'as in redis.conf': { aclUsers: [user('app')], conf: conf({ users: [user('app')] }) },
    },
    bad: {
      'a back door': {
        aclUsers: [user('default'), user('app'), user('support')],
        aclFile: aclFile([user('default'), user('app')]),
        grants: [grant('support', { commands: ['config|set'] })],
      },
      'never saved': { aclUsers: [user('app')], conf: conf() },
      'a lease of Vault': { aclUsers: [user('V_TOKEN_READER_X1')], conf: conf() },
    },
    other: {
      'only default': { facts: { aclUsers: [user('default')], conf: conf() }, verdict: 'not-applicable' },
      'no file read': { facts: { aclUsers: [user('app')] }, verdict: 'unknown' },
      'the ACL file not read': {
        facts: { aclUsers: [user('app')], conf: conf({ settings: { aclfile: '/etc/redis/users.acl' } }) },
        verdict: 'unknown',
      },
    },
  },
});
