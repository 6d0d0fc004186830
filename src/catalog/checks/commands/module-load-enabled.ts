import { defineCheck } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { behindPasswords, switchAt } from '../../readings/switches.ts';

export default defineCheck({
  title: 'Modules may be loaded by command',
  severity: 'critical',
  why: 'MODULE LOAD runs native code in the server. Together with a rogue master that sends the file, two commands are a shell on the host. From 7.0 on it is off unless asked for.',
  remedy:
    'Load modules with loadmodule lines, set enable-module-command no in the configuration file, and restart.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings', 'identity'],
  uses: ['users'],
  judge: ({ settings: values, identity: who }, { users }) =>
    switchAt(values, who, 'enable-module-command', 'yes', ['execute'], behindPasswords(users, 'critical')),
  examples: {
    good: {
      'as installed': { settings: settings({ 'enable-module-command': 'no' }), identity: identity() },
      'local is another check': {
        settings: settings({ 'enable-module-command': 'local' }),
        identity: identity(),
      },
    },
    bad: {
      yes: {
        settings: settings({ 'enable-module-command': 'yes' }, 'file'),
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
