import { defineCheck, failEach, fault } from '../../define-check.ts';
import { grant, settings, user } from '../../example-facts.ts';
import { listed, textOf } from '../../readings/values.ts';
import type { Capability, Grant } from '../../../model/index.ts';

const abilities = ({ can }: Grant): readonly Capability[] => Object.keys(can) as Capability[];

export default defineCheck({
  title: 'A named user accepts any password',
  severity: 'critical',
  why: 'nopass does not mean "no login": AUTH with this name and any text succeeds. Whoever reaches the port and guesses the name has all that the user has. A nopass that comes after a password in the rules throws the password away.',
  remedy:
    'Give the user a password: ACL SETUSER name resetpass >…, then ACL SAVE or CONFIG REWRITE. Switch off users that nobody needs with `resetpass off`.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users'],
  uses: ['grants', 'settings'],
  judge({ users }, { grants, settings: values }) {
    const mapping = values.known ? (textOf(values.value, 'tls-auth-clients-user') ?? 'off') : 'off';
    // Then nopass undoes the certificate too, which is a fault of its own.
    const certificates = mapping !== 'off' && mapping !== '';
    return failEach(
      users
        .filter(
          ({ name, enabled, noPassword }) => name !== 'default' && enabled && noPassword && !certificates,
        )
        .map(({ name, where }) => {
          const mine = grants.known ? grants.value.find((entry) => entry.user === name) : undefined;
          const can = mine ? abilities(mine) : undefined;
          const seen =
            can === undefined
              ? ''
              : can.length === 0
                ? ', and may do nothing that matters'
                : ` and may ${listed(can, 9)}`;
          return fault(`user ${name} is on with nopass${seen}`, [{ kind: 'new-password', of: name }], {
            opens: { as: name },
            where,
            severity: can?.length === 0 ? 'low' : 'critical',
          });
        }),
    );
  },
  examples: {
    good: {
      'with a password': { users: [user('app')] },
      'switched off': { users: [user('app', { enabled: false, noPassword: true, passwords: [] })] },
      'default has a check of its own': { users: [user('default', { noPassword: true })] },
      'where certificates log in, another check says it': {
        users: [user('app', { noPassword: true })],
        settings: settings({ 'tls-auth-clients-user': 'CN' }),
      },
    },
    bad: {
      'written in an example, and left': { users: [user('alice', { noPassword: true, passwords: [] })] },
      'may only ping': {
        users: [user('probe', { noPassword: true, passwords: [] })],
        grants: [grant('probe', { commands: ['ping'], can: {} })],
      },
    },
  },
});
