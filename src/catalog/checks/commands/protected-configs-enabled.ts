import { defineCheck } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { behindPasswords, switchAt } from '../../readings/switches.ts';

export default defineCheck({
  title: 'Anyone with CONFIG may choose where and under which name data is saved',
  severity: 'critical',
  why: 'dir and dbfilename are what every attack on the host through Redis needs: a dump in a cron, SSH or web folder is a shell. From 7.0 on the server refuses to change them at runtime; here it was told not to refuse.',
  remedy:
    'Set enable-protected-configs no in the configuration file and restart: the switch cannot be changed at runtime.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings', 'identity'],
  uses: ['users'],
  judge: ({ settings: values, identity: who }, { users }) =>
    switchAt(values, who, 'enable-protected-configs', 'yes', ['execute'], behindPasswords(users, 'critical')),
  examples: {
    good: {
      'as installed': { settings: settings({ 'enable-protected-configs': 'no' }), identity: identity() },
      'local is another check': {
        settings: settings({ 'enable-protected-configs': 'local' }),
        identity: identity(),
      },
    },
    bad: {
      yes: {
        settings: settings({ 'enable-protected-configs': 'yes' }, 'file'),
        identity: identity({ product: 'valkey', version: '8.1.1' }),
      },
    },
    other: {
      'an older server has no switch': {
        facts: { settings: settings({}), identity: identity({ version: '6.2.16' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
