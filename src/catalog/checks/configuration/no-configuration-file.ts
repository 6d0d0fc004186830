import { defineCheck, fail, notApplicable, pass } from '../../define-check.ts';

export default defineCheck({
  title: 'The server was started without a configuration file',
  severity: 'info',
  why: 'All that is not on the command line is the default: no password, every address. What is set at runtime, users included, is gone after a restart, since CONFIG REWRITE has nowhere to write.',
  remedy: 'Give the server a file, and let it name an aclfile; in a container, mount both.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['info'],
  judge({ info }) {
    if (info.config_file === undefined) return notApplicable('INFO does not say');
    return info.config_file === ''
      ? fail('INFO names no config_file', {
          kind: 'investigate',
          what: 'where the settings of this server are kept',
        })
      : pass;
  },
  examples: {
    good: { 'a file': { info: { config_file: '/etc/redis/redis.conf' } } },
    bad: { 'a bare container': { info: { config_file: '' } } },
    other: { 'too old to say': { facts: { info: {} }, verdict: 'not-applicable' } },
  },
});
