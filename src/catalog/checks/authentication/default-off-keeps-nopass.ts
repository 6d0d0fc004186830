import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, settings, user } from '../../example-facts.ts';
import { hasSwitches, hasUsers } from '../../readings/release.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The default user is off, but still flagged nopass',
  severity: 'low',
  why: '`off` alone leaves nopass behind. From 7.0 on, protected mode looks at that flag: it refuses every connection from other hosts, named users included, which tempts people to switch protected mode off. And one `on` opens the server.',
  remedy:
    'Take nopass from the default user: ACL SETUSER default resetpass off, then ACL SAVE or CONFIG REWRITE.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/#protected-mode'],
  needs: ['users', 'identity'],
  uses: ['settings'],
  judge({ users, identity: who }, { settings: values }) {
    if (hasUsers(who) === false) return notApplicable('this version has no users');
    const main = users.find(({ name }) => name === 'default');
    if (main === undefined || main.enabled || !main.noPassword) return failEach([]);
    const refused =
      hasSwitches(who) === true && values.known && textOf(values.value, 'protected-mode') === 'yes';
    const others = users.some(({ name, enabled }) => name !== 'default' && enabled);
    return failEach([
      fault(
        refused
          ? 'user default is off with nopass: protected mode refuses every other host, named users too'
          : 'user default is off with nopass',
        [{ kind: 'user', name: 'default', rules: ['resetpass', 'off'] }],
        { where: main.where, severity: refused && others ? 'medium' : 'low' },
      ),
    ]);
  },
  examples: {
    good: {
      'off, with no flag': {
        users: [user('default', { enabled: false, passwords: [] })],
        identity: identity(),
      },
      'on has a check of its own': {
        users: [user('default', { noPassword: true, passwords: [] })],
        identity: identity(),
      },
    },
    bad: {
      'off alone, 7.x': {
        users: [user('default', { enabled: false, noPassword: true, passwords: [] }), user('app')],
        identity: identity(),
        settings: settings({ 'protected-mode': 'yes' }),
      },
      'off alone, 6.2': {
        users: [user('default', { enabled: false, noPassword: true, passwords: [] })],
        identity: identity({ version: '6.2.16' }),
        settings: settings({ 'protected-mode': 'yes' }),
      },
    },
    other: {
      'before users': {
        facts: { users: [user('default')], identity: identity({ version: '5.0.14' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
