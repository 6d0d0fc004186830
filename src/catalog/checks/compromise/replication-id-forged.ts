import { defineCheck, failEach, fault } from '../../define-check.ts';
import { replication } from '../../example-facts.ts';

/** Servers draw 40 random hexadecimal digits. The rogue masters of attack tools send 40 times one letter, often Z. */
const isForged = (id: string): boolean =>
  id.length === 40 && (/^(.)\1{39}$/.test(id) || !/^[0-9a-f]{40}$/.test(id));

/** As long as there was no earlier master, the second identity is all zeros. */
const none = '0'.repeat(40);

export default defineCheck({
  title: 'The data set carries the replication id of a rogue master',
  severity: 'critical',
  why: 'A server takes its replication id from the master it last synchronised with. Real ones are random; attack tools send a constant one. This one was made by such a tool, so the data and perhaps a module came from it.',
  remedy:
    'Treat the host as taken: isolate it, look at modules, dump files and cron, and rebuild from a backup of before.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/replication/'],
  needs: ['replication'],
  uses: ['info'],
  judge({ replication: { replicationId } }, { info }) {
    const second = info.known ? info.value.master_replid2 : undefined;
    const ids = [
      ['master_replid', replicationId] as const,
      ['master_replid2', second === none ? undefined : second] as const,
    ];
    return failEach(
      ids.flatMap(([field, id]) =>
        id !== undefined && isForged(id)
          ? [
              fault(`${field} is ${id}, which no server draws`, [
                { kind: 'investigate', what: 'which master this server followed' },
              ]),
            ]
          : [],
      ),
    );
  },
  examples: {
    good: {
      'drawn by a server': { replication: replication(), info: { master_replid2: none } },
      'before 4.0 there is none': { replication: { role: 'master', replicas: [] } },
    },
    bad: {
      'what redis-rogue-server sends': { replication: replication({ replicationId: 'Z'.repeat(40) }) },
      'now promoted: it moved to the second place': {
        replication: replication(),
        info: { master_replid2: 'a'.repeat(40) },
      },
    },
  },
});
