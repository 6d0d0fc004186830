import { defineCheck } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { switchAt } from '../../readings/switches.ts';

export default defineCheck({
  title: 'Modules may be loaded by command from this host',
  severity: 'medium',
  why: 'local trusts loopback and the unix socket. A request made by a local web application (SSRF), or any process in the same pod, loads native code into the server.',
  remedy:
    'Load modules with loadmodule lines, set enable-module-command no in the configuration file, and restart.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings', 'identity'],
  judge: ({ settings: values, identity: who }) => switchAt(values, who, 'enable-module-command', 'local'),
  examples: {
    good: {
      'as installed': { settings: settings({ 'enable-module-command': 'no' }), identity: identity() },
      'yes is another check': {
        settings: settings({ 'enable-module-command': 'yes' }),
        identity: identity(),
      },
    },
    bad: {
      local: {
        settings: settings({ 'enable-module-command': 'local' }, 'file'),
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
