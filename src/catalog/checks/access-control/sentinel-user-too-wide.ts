import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant, identity } from '../../example-facts.ts';
import { permitted } from '../../readings/grants.ts';
import { roleOf } from '../../readings/roles.ts';
import { listed } from '../../readings/values.ts';

/** Nothing of this is sent by a Sentinel; it uses SLAVEOF, CONFIG REWRITE, CLIENT KILL, SCRIPT KILL, PUBLISH and the like. */
const needless =
  'config|set config|get acl|setuser acl|load module|load debug eval function|load flushall flushdb get set keys monitor psync sync migrate restore'.split(
    ' ',
  );

export default defineCheck({
  title: 'The user for Sentinel may do more than fail over',
  severity: 'medium',
  why: 'Its password stands in clear text in every Sentinel’s configuration. Sentinel needs a dozen commands; with data or CONFIG SET beside them, a Sentinel host is as good as the data host.',
  remedy:
    'Give the Sentinel user what Sentinel sends and no more: ACL SETUSER name allchannels resetkeys -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#redis-access-control-list-authentication',
  ],
  needs: ['grants', 'identity'],
  judge({ grants, identity: { mode } }) {
    if (mode === 'sentinel') return notApplicable('this is a Sentinel; its own users have other rights');
    const sentinels = grants.filter(({ enabled, user }) => enabled && roleOf(user) === 'sentinel');
    if (sentinels.length === 0) return notApplicable('there is no user that is for Sentinel by its name');
    return failEach(
      sentinels.flatMap((entry) => {
        const more = permitted(entry, needless);
        if (more.length === 0) return [];
        return [
          fault(
            `user ${entry.user} may also ${listed(more, 8)}`,
            [
              {
                kind: 'user',
                name: entry.user,
                rules: (
                  'allchannels resetkeys -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info ' +
                  '+client|setname +client|kill +script|kill'
                ).split(' '),
              },
            ],
            { opens: { as: entry.user } },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'what the manual lists': {
        grants: [
          grant('sentinel', {
            commands: [
              'multi',
              'slaveof',
              'ping',
              'exec',
              'subscribe',
              'config|rewrite',
              'role',
              'publish',
              'info',
              'client|kill',
            ],
            allKeys: false,
            can: { control: ['config|rewrite', 'client|kill'], reach: ['slaveof'] },
          }),
        ],
        identity: identity(),
      },
    },
    bad: {
      '+@all ~*': {
        grants: [grant('sentinel-user', { commands: ['get', 'set', 'config|set', 'slaveof'] })],
        identity: identity(),
      },
    },
    other: {
      none: { facts: { grants: [grant('app')], identity: identity() }, verdict: 'not-applicable' },
      'on a Sentinel': {
        facts: { grants: [grant('sentinel')], identity: identity({ mode: 'sentinel' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
