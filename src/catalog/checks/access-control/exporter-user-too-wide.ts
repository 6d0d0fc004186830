import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { isOwner } from '../../readings/grants.ts';
import { roleOf } from '../../readings/roles.ts';
import type { Capability } from '../../../model/index.ts';

/** Exporters read counters, and some read the size of keys that they are told. */
const needless = [
  'write',
  'destroy',
  'execute',
  'stop',
  'reach',
  'copy',
] as const satisfies readonly Capability[];

export default defineCheck({
  title: 'The user for monitoring may do more than look',
  severity: 'medium',
  why: 'An exporter’s password lies in the monitoring system, in its configuration and often in a URL. It needs INFO and a few counters; with writing, REPLICAOF or CONFIG SET, that system’s leak is this server’s.',
  remedy:
    'Begin the monitoring user’s rules with -@all and add what the exporter’s manual lists: +ping +info +client|setname +slowlog|len +slowlog|get +latency|latest, and +cluster|info in a cluster. Leave +config|get out (redis_exporter: --config-command -): it shows passwords.',
  links: ['https://github.com/oliver006/redis_exporter#authenticating-with-redis'],
  needs: ['grants'],
  judge({ grants }) {
    const watchers = grants.filter(({ enabled, user }) => enabled && roleOf(user) === 'exporter');
    if (watchers.length === 0) return notApplicable('there is no user that is for monitoring by its name');
    return failEach(
      watchers.flatMap((entry) => {
        const more: readonly Capability[] = [
          ...needless.filter((name) => (entry.can[name]?.length ?? 0) > 0),
          ...(isOwner(entry) ? (['control'] as const) : []),
        ];
        if (more.length === 0) return [];
        return [
          fault(
            `user ${entry.user} may also ${more.join(', ')}`,
            [
              {
                kind: 'user',
                name: entry.user,
                rules: [
                  '-@all',
                  '+ping',
                  '+info',
                  '+client|setname',
                  '+slowlog|len',
                  '+slowlog|get',
                  '+latency|latest',
                ],
              },
            ],
            { opens: { as: entry.user, can: more } },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'what redis_exporter asks for': {
        grants: [
          grant('exporter', {
            commands: ['info', 'config|get', 'slowlog|get'],
            can: { observe: ['config|get', 'slowlog|get'] },
          }),
        ],
      },
      'client|kill by category is not control of the server': {
        grants: [
          grant('monitor', {
            commands: ['get', 'client|kill'],
            can: { read: ['get'], control: ['client|kill'] },
          }),
        ],
      },
    },
    bad: {
      '+@all': {
        grants: [
          grant('monitoring', {
            commands: ['get', 'set', 'config|set'],
            can: { read: ['get'], write: ['set'], control: ['config|set'] },
          }),
        ],
      },
    },
    other: { none: { facts: { grants: [grant('app')] }, verdict: 'not-applicable' } },
  },
});
