import { defineCheck, fail, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { client, conf, identity, processFacts, replication } from '../../example-facts.ts';
import { kindOf } from '../../../lang/address/index.ts';
import type { ConfFacts } from '../../../model/index.ts';

/** Redis 4 and older write slaveof. The value is `host port`, with any space between. */
const namedIn = ({ settings, lines }: ConfFacts, host: string): boolean =>
  [settings.replicaof, settings.slaveof].some(
    (value) => typeof value === 'string' && value.split(/\s+/)[0] === host,
  ) || lines.some(({ name, args }) => (name === 'replicaof' || name === 'slaveof') && args[0] === host);

export default defineCheck({
  title: 'The server copies from a master that nobody configured',
  severity: 'critical',
  why: 'REPLICAOF to a machine of the intruder wipes the data and takes whatever that machine sends: poisoned data, or a module as a dump. It needs one command, and the next restart hides it.',
  remedy:
    'Compare the master with your topology. If it is not yours: isolate the host, look for modules and dump files, restore from a backup of before; do not only say REPLICAOF NO ONE.',
  links: [
    'https://redis.io/docs/latest/commands/replicaof/',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/',
  ],
  needs: ['replication', 'identity'],
  uses: ['conf', 'process', 'clusterNodes', 'clients'],
  judge(
    { replication: { role, masterHost, masterPort }, identity: { mode } },
    { conf: file, process, clusterNodes, clients },
  ) {
    if (role !== 'replica' || masterHost === undefined) return notApplicable('the server is no replica');
    const master = `${masterHost}:${masterPort ?? 6379}`;
    const goal = { kind: 'investigate', what: `the master ${master}` } as const;
    if (mode === 'cluster') {
      if (!clusterNodes.known) return undecided('CLUSTER NODES was not read');
      if (clusterNodes.value.some(({ address }) => address === masterHost)) return pass;
      return fail(`replica of ${master}, which is no node of the cluster`, goal);
    }
    const onCommandLine =
      process.known && process.value.argv.some((argument) => argument.split(/\s+/).includes(masterHost));
    if (onCommandLine || (file.known && namedIn(file.value, masterHost))) return pass;
    const kind = kindOf(masterHost);
    // After a failover the file may name the old master, where Sentinel may not write to it.
    const watched = clients.known && clients.value.some(({ name }) => name?.startsWith('sentinel-'));
    if (watched && kind !== 'public') return pass;
    if (file.known) {
      const severity = kind === 'public' ? 'critical' : 'medium';
      return failEach([
        fault(`replica of ${master}, which ${file.value.path} does not name`, [goal], { severity }),
      ]);
    }
    if (kind === 'public')
      return fail(`replica of ${master}, a public address; no file was read that could name it`, goal);
    return kind === undefined
      ? undecided(`replica of ${master}, and no file was read that could name it`)
      : pass;
  },
  examples: {
    good: {
      'named in the file': {
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }),
        identity: identity(),
        conf: conf({ settings: { replicaof: '10.0.0.5 6379' } }),
      },
      'named on the command line': {
        replication: replication({ role: 'replica', masterHost: 'redis-0', masterPort: 6379 }),
        identity: identity(),
        conf: conf(),
        process: processFacts({ argv: ['redis-server', '--replicaof', 'redis-0 6379'] }),
      },
      'an address of this network': {
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }),
        identity: identity(),
      },
      'moved by Sentinel, with a file that cannot be written': {
        replication: replication({ role: 'replica', masterHost: '10.0.0.6', masterPort: 6379 }),
        identity: identity(),
        conf: conf({ settings: { replicaof: '10.0.0.5 6379' } }),
        clients: [client('10.0.0.9', { name: 'sentinel-0a1b2c3d-cmd' })],
      },
      'a node of the cluster': {
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }),
        identity: identity({ mode: 'cluster' }),
        clusterNodes: [
          { id: 'a', address: '10.0.0.5', port: 6379, busPort: 16379, flags: ['master'], self: false },
        ],
      },
    },
    bad: {
      'not in the file': {
        replication: replication({ role: 'replica', masterHost: '10.9.9.9', masterPort: 21000 }),
        identity: identity(),
        conf: conf(),
      },
      'a public address': {
        replication: replication({ role: 'replica', masterHost: '1.2.3.4', masterPort: 21000 }),
        identity: identity(),
      },
      'another one than in the file': {
        replication: replication({ role: 'replica', masterHost: '1.2.3.4', masterPort: 6379 }),
        identity: identity(),
        conf: conf({ settings: { replicaof: '10.0.0.5 6379' } }),
      },
      'no node of the cluster': {
        replication: replication({ role: 'replica', masterHost: '10.0.0.9', masterPort: 6379 }),
        identity: identity({ mode: 'cluster' }),
        clusterNodes: [],
      },
    },
    other: {
      'a master': { facts: { replication: replication(), identity: identity() }, verdict: 'not-applicable' },
      'a name, and no file': {
        facts: { replication: replication({ role: 'replica', masterHost: 'redis-0' }), identity: identity() },
        verdict: 'unknown',
      },
    },
  },
});
