import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant, settings } from '../../example-facts.ts';
import { roleOf } from '../../readings/roles.ts';
import { textOf } from '../../readings/values.ts';
import type { Capability } from '../../../model/index.ts';

/** Replication needs PSYNC, REPLCONF and PING; it copies, and does nothing else. */
const needless = [
  'write',
  'destroy',
  'control',
  'execute',
  'stop',
  'reach',
  'observe',
] as const satisfies readonly Capability[];

export default defineCheck({
  title: 'The user for replication may do more than replicate',
  severity: 'medium',
  why: 'Its password stands in clear text in the configuration of every replica. With +psync +replconf +ping it gives a copy of the data; with more, whoever reads one replica’s file owns the master.',
  remedy:
    'Give the replication user what replication needs and no more: ACL SETUSER name resetkeys resetchannels -@all +psync +replconf +ping.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#acl-rules-for-sentinel-and-replicas',
  ],
  needs: ['grants'],
  uses: ['settings'],
  judge({ grants }, { settings: values }) {
    const configured = values.known ? textOf(values.value, 'masteruser') : undefined;
    const replicators = grants.filter(
      ({ enabled, user }) =>
        enabled && user !== 'default' && (roleOf(user) === 'replica' || user === configured),
    );
    if (replicators.length === 0) return notApplicable('there is no user for replication');
    return failEach(
      replicators.flatMap(({ user, can }) => {
        const more = needless.filter((name) => (can[name]?.length ?? 0) > 0);
        if (more.length === 0) return [];
        return [
          fault(
            `user ${user} may also ${more.join(', ')}`,
            [
              {
                kind: 'user',
                name: user,
                rules: ['resetkeys', 'resetchannels', '-@all', '+psync', '+replconf', '+ping'],
              },
            ],
            { opens: { as: user, can: more } },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'the three commands': {
        grants: [
          grant('replica', {
            commands: ['psync', 'replconf', 'ping'],
            allKeys: false,
            can: { copy: ['psync'] },
          }),
        ],
      },
    },
    bad: {
      'all commands': {
        grants: [grant('repl-user', { can: { copy: ['psync'], write: ['set'], control: ['config|set'] } })],
      },
      'named by masteruser': {
        grants: [grant('node', { can: { copy: ['psync'], destroy: ['flushall'] } })],
        settings: settings({ masteruser: 'node' }),
      },
    },
    other: { none: { facts: { grants: [grant('default'), grant('app')] }, verdict: 'not-applicable' } },
  },
});
