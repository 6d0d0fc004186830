import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { denials } from '../../readings/grants.ts';
import { grant, secret, settings } from '../../example-facts.ts';
import { isOwner, permits } from '../../readings/grants.ts';
import { roleOf } from '../../readings/roles.ts';
import { listed, secretOf } from '../../readings/values.ts';

const secrets = ['requirepass', 'masterauth', 'tls-key-file-pass', 'tls-client-key-file-pass'] as const;

export default defineCheck({
  title: 'A limited user may read passwords with CONFIG GET',
  severity: 'low',
  why: 'CONFIG GET gives requirepass and masterauth in clear text, and no rule can limit it to harmless names. With requirepass, a read-only user becomes the default user.',
  remedy:
    'Take CONFIG GET from the user: ACL SETUSER name -config|get (before 7.0 -config). Frameworks that ask for it at start have a switch: Spring’s ConfigureRedisAction.NO_OP, redis_exporter’s --config-command -.',
  links: ['https://redis.io/docs/latest/commands/config-get/'],
  needs: ['grants'],
  uses: ['settings'],
  judge({ grants }, { settings: values }) {
    const limited = grants.filter(
      (entry) =>
        entry.enabled &&
        entry.user !== 'default' &&
        !isOwner(entry) &&
        roleOf(entry.user) !== 'administrator',
    );
    if (limited.length === 0) return notApplicable('there is no user with limited rights');
    const held = values.known ? secrets.filter((name) => secretOf(values.value, name)) : [];
    return failEach(
      limited
        .filter((entry) => permits(entry, 'config|get'))
        .map((entry) =>
          fault(
            held.length > 0
              ? `user ${entry.user} may read ${listed(held)} in clear text`
              : `user ${entry.user} may run CONFIG GET`,
            [{ kind: 'user', name: entry.user, rules: denials(entry, ['config|get']) }],
            { opens: { as: entry.user, can: ['observe'] }, severity: held.length > 0 ? 'high' : 'low' },
          ),
        ),
    );
  },
  examples: {
    good: {
      'no CONFIG': { grants: [grant('app')] },
      'only -config|set was thought of, and CONFIG is off whole': {
        grants: [grant('app', { commands: ['get', 'config|help'] })],
      },
    },
    bad: {
      'an exporter': {
        grants: [grant('exporter', { commands: ['info', 'config|get'], can: { observe: ['config|get'] } })],
        settings: settings({ requirepass: secret('strong') }),
      },
      'no password in the settings': {
        grants: [grant('app', { commands: ['config|get'] })],
        settings: settings({ requirepass: '' }),
      },
    },
    other: { 'only default': { facts: { grants: [grant('default')] }, verdict: 'not-applicable' } },
  },
});
