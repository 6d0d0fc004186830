import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { closeDefault } from '../../readings/default-user.ts';
import { identity, settings, user } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Protected mode is off',
  severity: 'high',
  why: 'Protected mode refuses other hosts as long as the default user has no password. It is no firewall, but it is what catches an ACL file that was lost or a password that was never set. The official container images are built with it off.',
  remedy:
    'Give the default user a password (or resetpass off) first, then set protected-mode yes: with a password it stands in nobody’s way, without one it turns every other host away. Write it down with CONFIG REWRITE.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/#protected-mode'],
  needs: ['settings'],
  uses: ['users', 'identity', 'replication'],
  judge({ settings: values }, { users, identity: who, replication }) {
    const sentinel =
      (who.known && who.value.mode === 'sentinel') ||
      (replication.known && replication.value.role === 'sentinel');
    if (sentinel) return notApplicable('a Sentinel has it off by nature; see sentinel-port-open');
    const mode = textOf(values, 'protected-mode');
    if (mode === undefined) return notApplicable('this server has no protected mode');
    if (mode !== 'no') return pass;
    const main = users.known ? users.value.find(({ name }) => name === 'default') : undefined;
    const open = main?.enabled === true && main.noPassword;
    const goal = { kind: 'setting', name: 'protected-mode', value: 'yes' } as const;
    const where = values['protected-mode']?.where;
    if (open) {
      return failEach([
        fault(
          'protected-mode is no, and the default user needs no password',
          [closeDefault(users.known ? users.value : []), goal],
          {
            opens: { as: 'default' },
            where,
          },
        ),
      ]);
    }
    return failEach([
      fault(
        main
          ? 'protected-mode is no; the default user does not get in without a password'
          : 'protected-mode is no',
        [goal],
        { where, severity: main ? 'low' : 'medium' },
      ),
    ]);
  },
  examples: {
    good: { 'as installed': { settings: settings({ 'protected-mode': 'yes' }) } },
    bad: {
      'the official image': {
        settings: settings({ 'protected-mode': 'no' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'with a password': { settings: settings({ 'protected-mode': 'no' }), users: [user('default')] },
      'users are not known': { settings: settings({ 'protected-mode': 'no' }) },
    },
    other: {
      'before 3.2': { facts: { settings: settings({ bind: '' }) }, verdict: 'not-applicable' },
      'a Sentinel': {
        facts: { settings: settings({ 'protected-mode': 'no' }), identity: identity({ mode: 'sentinel' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
