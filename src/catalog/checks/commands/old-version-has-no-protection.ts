import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { grant, identity } from '../../example-facts.ts';
import { permits } from '../../readings/grants.ts';
import { hasModules, hasSwitches } from '../../readings/release.ts';
import { roleOf } from '../../readings/roles.ts';
import type { Goal } from '../../../model/index.ts';

export default defineCheck({
  title: 'This version lets whoever may run CONFIG write files anywhere',
  severity: 'high',
  why: 'Before 7.0, and in KeyDB, nothing guards CONFIG SET dir and dbfilename, MODULE LOAD and DEBUG but the right to run them. With it, a login to the server is a shell on the host. Redis 7.0 and Valkey refuse them unless told otherwise.',
  remedy:
    'Upgrade to a branch that is still mended. Until then take config, module and debug from every user but one for administration (before 6.0: rename-command … ""), and run the server as a user that may write into its data folder only.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['identity', 'grants'],
  judge({ identity: who, grants }) {
    const guarded = hasSwitches(who);
    if (guarded === undefined) {
      return who.product === 'unknown' || who.product === 'redis'
        ? undecided('the version is not known')
        : notApplicable(`${who.product} has no such commands`);
    }
    if (guarded) return notApplicable('this version refuses them unless told otherwise');
    const way: Goal =
      who.product === 'redis'
        ? { kind: 'upgrade', to: '7.2' }
        : {
            kind: 'investigate',
            what: 'a move to Valkey or Redis, as no release of this product guards them',
          };
    return failEach(
      grants
        .filter(({ enabled }) => enabled)
        .flatMap((entry) => {
          const files =
            permits(entry, 'config|set') &&
            ['save', 'bgsave', 'slaveof', 'replicaof', 'shutdown'].some((command) => permits(entry, command));
          const modules = hasModules(who) !== false && permits(entry, 'module|load');
          if (!files && !modules) return [];
          const by = [
            ...(files ? ['CONFIG SET dir and dbfilename'] : []),
            ...(modules ? ['MODULE LOAD'] : []),
          ].join(', and ');
          return [
            fault(
              `user ${entry.user} may use ${by}; ${[who.product, who.version].join(' ').trim()} guards neither`,
              [way],
              {
                opens: { as: entry.user, can: ['execute'] },
                severity: roleOf(entry.user) === 'administrator' ? 'medium' : 'high',
              },
            ),
          ];
        }),
    );
  },
  examples: {
    good: {
      'CONFIG renamed away': { identity: identity({ version: '5.0.14' }), grants: [grant('default')] },
      'a user with no CONFIG': {
        identity: identity({ version: '6.2.16' }),
        grants: [grant('app'), grant('old', { enabled: false, commands: ['config', 'save'] })],
      },
      'CONFIG, but no way to save': {
        identity: identity({ version: '3.2.13' }),
        grants: [grant('app', { commands: ['config'] })],
      },
    },
    bad: {
      '6.2, all commands': {
        identity: identity({ version: '6.2.16' }),
        grants: [grant('default', { commands: ['config', 'save', 'module'] })],
      },
      'KeyDB is like 6.2': {
        identity: identity({ product: 'keydb', version: '6.3.4' }),
        grants: [grant('default', { commands: ['config|set', 'bgsave'] })],
      },
      '2.8': {
        identity: identity({ version: '2.8.24' }),
        grants: [grant('default', { commands: ['config', 'save'] })],
      },
    },
    other: {
      '7.2': {
        facts: { identity: identity(), grants: [grant('default', { commands: ['config|set', 'save'] })] },
        verdict: 'not-applicable',
      },
      Valkey: {
        facts: {
          identity: identity({ product: 'valkey', version: '7.2.7' }),
          grants: [grant('default', { commands: ['config|set'] })],
        },
        verdict: 'not-applicable',
      },
      Dragonfly: {
        facts: { identity: identity({ product: 'dragonfly', version: '1.40.0' }), grants: [] },
        verdict: 'not-applicable',
      },
      'who knows': {
        facts: { identity: { product: 'redis', doubts: [], because: [] }, grants: [] },
        verdict: 'unknown',
      },
    },
  },
});
