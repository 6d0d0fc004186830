import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = [
  'replicaof',
  'slaveof',
  'failover',
  'cluster|meet',
  'cluster|failover',
  'cluster|reset',
  'cluster|forget',
  'cluster|replicate',
] as const;

export default defineCheck({
  title: 'An application may change whom the server follows',
  severity: 'high',
  why: 'REPLICAOF points the server at a machine of the caller’s choice: its data is wiped and replaced, and connections go out into the network. SLAVEOF is the same under a name of its own, and CLUSTER MEET does it for a cluster.',
  remedy: 'Take both names away: ACL SETUSER name -replicaof -slaveof -failover -cluster.',
  links: ['https://redis.io/docs/latest/commands/replicaof/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['reach', 'destroy', 'control']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'slaveof'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [
          grant('app', { commands: ['get', 'slaveof'], can: { reach: ['slaveof'], destroy: ['slaveof'] } }),
        ],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'slaveof'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
