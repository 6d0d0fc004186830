import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { replication } from '../../example-facts.ts';
import type { Severity } from '../../../model/index.ts';

interface Calls {
  readonly calls: number;
  readonly failed: number;
}

/** `calls=3,usec=9,…,rejected_calls=0,failed_calls=1`; the last two since 6.2. */
function callsOf(text: string | undefined): Calls {
  const field = (name: string): number => {
    const part = (text ?? '').split(',', 20).find((pair) => pair.startsWith(`${name}=`));
    return Math.max(0, Number.parseInt(part?.slice(name.length + 1) ?? '', 10) || 0);
  };
  return { calls: field('calls'), failed: field('failed_calls') + field('rejected_calls') };
}

/** CONFIG SET fails this often when someone tries folders one by one to see which exist. */
const probing = 10;

export default defineCheck({
  title: 'Commands were used that attack scripts begin with',
  severity: 'info',
  why: 'The server counts every command since its start or since CONFIG RESETSTAT. MODULE LOAD, DEBUG, REPLICAOF on a lone master, or many refused CONFIG SET are rare in honest work. A count is a hint: it does not say who, nor whether it did harm.',
  remedy:
    'Compare the commands with what your own people and tools did. Nobody did? Look at the other signs of compromise, and at who can run them.',
  links: ['https://redis.io/docs/latest/commands/info/'],
  needs: ['info', 'replication'],
  judge({ info, replication: { role, replicas } }) {
    if (!Object.keys(info).some((name) => name.startsWith('cmdstat_')))
      return notApplicable('INFO gave no commandstats');
    const used = (command: string): Calls => callsOf(info[`cmdstat_${command}`]);
    const alone = role === 'master' && replicas.length === 0;
    const rows: readonly (readonly [string, (calls: Calls) => boolean, Severity])[] = [
      ['module|load', ({ calls, failed }) => calls + failed > 0, 'low'],
      ['module|loadex', ({ calls, failed }) => calls + failed > 0, 'low'],
      ['debug', ({ calls, failed }) => calls + failed > 0, 'info'],
      ['slaveof', ({ calls }) => alone && calls > 0, 'low'],
      ['replicaof', ({ calls }) => alone && calls > 0, 'low'],
      ['config|set', ({ failed }) => failed >= probing, 'low'],
    ];
    return failEach(
      rows.flatMap(([command, isOdd, severity]) => {
        const seen = used(command);
        if (!isOdd(seen)) return [];
        const failed = seen.failed > 0 ? `, refused or failed ${seen.failed} times` : '';
        const name = command.replace('|', ' ').toUpperCase();
        return [
          fault(
            `${name} was ${seen.calls > seen.failed ? 'used' : 'tried'}: ${seen.calls} calls${failed}`,
            [{ kind: 'investigate', what: `who used ${name}` }],
            { severity },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'ordinary work': {
        info: {
          cmdstat_get: 'calls=9,usec=9',
          'cmdstat_config|set': 'calls=2,usec=9,usec_per_call=1,rejected_calls=0,failed_calls=1',
        },
        replication: replication(),
      },
      'a failover moves masters': {
        info: { cmdstat_slaveof: 'calls=2,usec=9' },
        replication: replication({ replicas: ['10.0.0.6:6379'] }),
      },
      'listing modules is not loading them': {
        info: { 'cmdstat_module|list': 'calls=7,usec=9', cmdstat_module: 'calls=7' },
        replication: replication(),
      },
    },
    bad: {
      'a refused module': {
        info: { 'cmdstat_module|load': 'calls=1,usec=9,usec_per_call=9,rejected_calls=0,failed_calls=1' },
        replication: replication(),
      },
      'followed a master, and left it': {
        info: { cmdstat_slaveof: 'calls=2,usec=20' },
        replication: replication(),
      },
      'folders were tried': {
        info: { 'cmdstat_config|set': 'calls=80,usec=9,usec_per_call=9,rejected_calls=0,failed_calls=77' },
        replication: replication(),
      },
    },
    other: {
      'no commandstats': {
        facts: { info: { redis_version: '7.2.4' }, replication: replication() },
        verdict: 'not-applicable',
      },
    },
  },
});
