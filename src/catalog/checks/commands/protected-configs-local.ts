import { defineCheck } from '../../define-check.ts';
import { identity, settings } from '../../example-facts.ts';
import { switchAt } from '../../readings/switches.ts';

export default defineCheck({
  title: 'Anyone on this host may choose where data is saved',
  severity: 'medium',
  why: 'local trusts loopback and the unix socket. A web application that can be made to send requests (SSRF) speaks from there, and so does every process in the same pod or host network.',
  remedy: 'Set enable-protected-configs no in the configuration file and restart.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings', 'identity'],
  judge: ({ settings: values, identity: who }) => switchAt(values, who, 'enable-protected-configs', 'local'),
  examples: {
    good: {
      'as installed': { settings: settings({ 'enable-protected-configs': 'no' }), identity: identity() },
      'yes is another check': {
        settings: settings({ 'enable-protected-configs': 'yes' }),
        identity: identity(),
      },
    },
    bad: {
      local: {
        settings: settings({ 'enable-protected-configs': 'local' }, 'file'),
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
