import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { isOrdinary } from '../../readings/grants.ts';
import type { Capability } from '../../../model/index.ts';

const about = ['read', 'write'] as const satisfies readonly Capability[];

export default defineCheck({
  title: 'A user reaches every key',
  severity: 'low',
  why: 'With ~*, one leaked password or one injected command gives all data of all applications on this server, sessions and queues included. Key patterns cost nothing where keys have prefixes.',
  remedy:
    'Give the user the key prefixes that its application uses, once you know them all: ACL SETUSER name resetkeys ~app:*. From 7.0 on, %R~ and %W~ tell reading from writing.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#key-permissions'],
  needs: ['grants'],
  judge({ grants }) {
    const ordinary = grants.filter(isOrdinary);
    if (ordinary.length === 0) return notApplicable('there is no user for an application');
    return failEach(
      ordinary.flatMap(({ user, allKeys, can }) => {
        const touched = about.filter((name) => (can[name]?.length ?? 0) > 0);
        if (!allKeys || touched.length === 0) return [];
        return [
          fault(
            `user ${user} may ${touched.join(' and ')} every key`,
            [{ kind: 'investigate', what: `which key prefixes the application of ${user} uses` }],
            {
              opens: { as: user, can: touched },
            },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'its own prefix': { grants: [grant('app', { allKeys: false })] },
      'no command that touches keys': { grants: [grant('bus', { commands: ['publish'], can: {} })] },
    },
    bad: { '~*': { grants: [grant('app')] } },
    other: {
      'administrators and default': {
        facts: { grants: [grant('default'), grant('admin')] },
        verdict: 'not-applicable',
      },
    },
  },
});
