import { defineCheck } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { behindPasswords, switchAt } from '../../readings/switches.ts';

export default defineCheck({
  title: 'DEBUG is enabled for everybody',
  severity: 'high',
  why: 'DEBUG crashes or blocks the server at will (SEGFAULT, SLEEP, OOM), reloads data, and rewrites the configuration. It is meant for tests; from 7.0 on it is off unless asked for.',
  remedy:
    'Set enable-debug-command no in the configuration file and restart: the switch cannot be changed at runtime.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings', 'identity'],
  uses: ['users'],
  judge: ({ settings: values, identity: who }, { users }) =>
    switchAt(values, who, 'enable-debug-command', 'yes', ['stop', 'destroy'], behindPasswords(users, 'high')),
  examples: {
    good: {
      'as installed': { settings: settings({ 'enable-debug-command': 'no' }), identity: identity() },
      'local is another check': {
        settings: settings({ 'enable-debug-command': 'local' }),
        identity: identity(),
      },
    },
    bad: {
      yes: {
        settings: settings({ 'enable-debug-command': 'yes' }, 'file'),
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
