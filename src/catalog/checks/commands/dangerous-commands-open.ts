import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { hasOtherAdministrator } from '../../readings/default-user.ts';
import { grant, identity, user } from '../../example-facts.ts';
import { isOwner, permitted } from '../../readings/grants.ts';
import { hasUsers } from '../../readings/release.ts';
import { listed } from '../../readings/values.ts';
import type { Capability, Goal, Grant } from '../../../model/index.ts';

/** What nobody does by reading and writing keys. DEL destroys as well, but that is what writing is. */
const worth: readonly (readonly [Capability, string, readonly string[]])[] = [
  ['control', 'take control', ['config|set', 'acl|setuser', 'client|kill', 'cluster|meet', 'failover']],
  ['stop', 'stop the server', ['shutdown']],
  ['destroy', 'empty it', ['flushall', 'flushdb', 'swapdb']],
  ['copy', 'copy everything', ['psync', 'sync']],
  ['observe', 'observe others', ['monitor', 'config|get', 'client|list']],
  ['reach', 'reach further', ['replicaof', 'slaveof', 'migrate']],
];

const found = (mine: Grant) =>
  [
    ...((mine.can.execute?.length ?? 0) > 0
      ? [['execute', 'run code on the host', mine.can.execute ?? []] as const]
      : []),
    ...worth.map(([can, words, commands]) => [can, words, permitted(mine, commands)] as const),
  ].filter(([, , commands]) => commands.length > 0);

export default defineCheck({
  title: 'The default user may run commands that only an administrator needs',
  severity: 'medium',
  why: 'Whoever gets in without a name, or with the one shared password, is the default user: they do not only read and write keys, they may change settings, wipe or copy the data, and use the server to get further.',
  remedy:
    'First make a user for administration, and users for replicas and Sentinels if there are any, or this locks them out. Then give each application its own user and switch default off, or at least ACL SETUSER default -@admin -@dangerous +info. Before 6.0, rename the commands in redis.conf.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#command-categories',
  ],
  needs: ['grants', 'identity'],
  uses: ['users'],
  judge({ grants, identity: who }, { users }) {
    const mine = grants.find(({ user: name }) => name === 'default');
    if (!mine?.enabled) return notApplicable('user default is off');
    if (who.mode === 'sentinel') return notApplicable('a Sentinel’s own commands are all of that kind');
    if (
      isOwner(mine) &&
      users.known &&
      users.value.some(({ name, enabled }) => name !== 'default' && enabled) &&
      !users.value.some(({ name, noPassword }) => name === 'default' && noPassword)
    )
      return notApplicable('there are named users beside it; see default-user-does-everything');
    const rows = found(mine);
    // Looking on is not enough for a finding here.
    if (rows.every(([can]) => can === 'observe')) return failEach([]);
    const main = users.known ? users.value.find(({ name }) => name === 'default') : undefined;
    const goal: Goal =
      hasUsers(who) === false
        ? {
            kind: 'investigate',
            what: 'which of these commands anybody uses; rename the others in redis.conf',
          }
        : users.known && hasOtherAdministrator(users.value)
          ? { kind: 'user', name: 'default', rules: ['-@admin', '-@dangerous', '+info'] }
          : {
              kind: 'investigate',
              what: 'a user for administration, and what replicas and Sentinels log in as; then take these commands from default',
            };
    return failEach([
      fault(
        `user default may ${rows.map(([, words, commands]) => `${words} (${listed(commands, 4)})`).join(', ')}`,
        [goal],
        {
          opens: { as: 'default', can: rows.map(([can]) => can) },
          where: main?.where,
          severity: main?.noPassword ? 'high' : 'medium',
        },
      ),
    ]);
  },
  examples: {
    good: {
      'only keys': {
        grants: [grant('default', { commands: ['get', 'set', 'del'], can: { destroy: ['del'] } })],
        identity: identity(),
      },
      'renamed away before 6.0': { grants: [grant('default')], identity: identity({ version: '5.0.14' }) },
    },
    bad: {
      'as installed': {
        grants: [
          grant('default', {
            commands: ['get', 'config|set', 'flushall', 'monitor'],
            can: { execute: ['module|load'] },
          }),
        ],
        identity: identity(),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'with a password, before 6.0': {
        grants: [grant('default', { commands: ['get', 'config', 'shutdown', 'slaveof'] })],
        identity: identity({ version: '5.0.14' }),
        users: [user('default')],
      },
    },
    other: {
      'a Sentinel': {
        facts: {
          grants: [grant('default', { commands: ['ping', 'sentinel|set'] })],
          identity: identity({ mode: 'sentinel' }),
        },
        verdict: 'not-applicable',
      },
      'named users beside it': {
        facts: {
          grants: [grant('default', { commands: ['get', 'config|set'] }), grant('app')],
          identity: identity(),
          users: [user('default'), user('app')],
        },
        verdict: 'not-applicable',
      },
      'switched off': {
        facts: { grants: [grant('default', { enabled: false })], identity: identity() },
        verdict: 'not-applicable',
      },
    },
  },
});
