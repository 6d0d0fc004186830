import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { client, conf, identity, rename, replication } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';
import type { ConfFacts } from '../../../model/index.ts';

/** What Sentinel sends to a data node. */
const forSentinel = new Set([
  'slaveof',
  'config',
  'client',
  'info',
  'ping',
  'publish',
  'subscribe',
  'multi',
  'exec',
  'role',
  'script',
]);
/** What a replica sends to its master, and a master into its stream. */
const forReplicas = new Set([
  'psync',
  'sync',
  'replconf',
  'ping',
  'select',
  'multi',
  'exec',
  'del',
  'flushall',
  'flushdb',
]);
/** What cluster nodes and the tools that move slots send. */
const forCluster = new Set(['cluster', 'asking', 'restore-asking', 'restore', 'migrate', 'readonly']);

type Rename = ConfFacts['renames'][number];

export default defineCheck({
  title: 'A command is renamed that Sentinel, replicas or cluster nodes send',
  severity: 'medium',
  why: 'They go on using the old name. A Sentinel whose SLAVEOF, CONFIG or CLIENT is unknown cannot fail over; a replica that gets a renamed command in its stream goes out of step. Nobody notices until the master is gone.',
  remedy:
    'Take the rename-command lines away and use ACL rules. Where that cannot be: the same names on every node, and `sentinel rename-command` for Sentinel.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/'],
  needs: ['conf', 'identity'],
  uses: ['clients', 'replication'],
  judge({ conf: { renames }, identity: { mode } }, { clients, replication: flow }) {
    if (renames.length === 0) return notApplicable('no command is renamed');
    const watched = clients.known && clients.value.some(({ name }) => name?.startsWith('sentinel-'));
    const follows = flow.known && (flow.value.role === 'replica' || flow.value.replicas.length > 0);
    const breaks = (known: ReadonlySet<string>, whom: string) => {
      const hit = renames.filter(({ from }: Rename) => known.has(from.toLowerCase()));
      const [first] = hit;
      if (first === undefined) return [];
      const names = [...new Set(hit.map(({ from }) => from.toLowerCase()))];
      return [
        fault(
          `${listed(names)}: needed by ${whom}`,
          [{ kind: 'investigate', what: `deny ${listed(names)} by ACL rules in place of rename-command` }],
          {
            where: { file: first.file, line: first.line },
          },
        ),
      ];
    };
    return failEach([
      ...(watched ? breaks(forSentinel, 'the Sentinel that watches this server') : []),
      ...(follows ? breaks(forReplicas, 'replication') : []),
      ...(mode === 'cluster' ? breaks(forCluster, 'the cluster') : []),
    ]);
  },
  examples: {
    good: {
      'nobody else sends it': {
        conf: conf({ renames: [rename('DEBUG', '')] }),
        identity: identity(),
        clients: [client('10.0.0.7')],
      },
      'no Sentinel, no replica': {
        conf: conf({ renames: [rename('CONFIG', ''), rename('SLAVEOF', '')] }),
        identity: identity(),
        clients: [client('10.0.0.7', { name: 'app' })],
        replication: replication(),
      },
    },
    bad: {
      'under Sentinel': {
        conf: conf({ renames: [rename('CONFIG', 'b840fc02d524')] }),
        identity: identity(),
        clients: [client('10.0.0.8', { name: 'sentinel-0a1b2c3d-cmd' })],
      },
      'with replicas': {
        conf: conf({ renames: [rename('FLUSHALL', 'zz9')] }),
        identity: identity(),
        replication: replication({ replicas: ['10.0.0.6:6379'] }),
      },
      'in a cluster': {
        conf: conf({ renames: [rename('CLUSTER', '')] }),
        identity: identity({ mode: 'cluster' }),
      },
    },
    other: { 'no renames': { facts: { conf: conf(), identity: identity() }, verdict: 'not-applicable' } },
  },
});
