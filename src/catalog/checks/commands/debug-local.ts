import { defineCheck } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { switchAt } from '../../readings/switches.ts';

export default defineCheck({
  title: 'DEBUG is enabled from this host',
  severity: 'low',
  why: 'local trusts loopback and the unix socket. Whoever makes a local web application send requests (SSRF) stops the server with one line.',
  remedy: 'Set enable-debug-command no in the configuration file and restart.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings', 'identity'],
  judge: ({ settings: values, identity: who }) => switchAt(values, who, 'enable-debug-command', 'local'),
  examples: {
    good: {
      'as installed': { settings: settings({ 'enable-debug-command': 'no' }), identity: identity() },
      'yes is another check': { settings: settings({ 'enable-debug-command': 'yes' }), identity: identity() },
    },
    bad: {
      local: {
        settings: settings({ 'enable-debug-command': 'local' }, 'file'),
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
