import { known, unknown, type ClusterNode } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, refusal, textOf } from './define-live.ts';

/** `<id> <ip:port@bus[,hostname]> <flags> <master> …`; before 4.0 without `@bus`, which then is port + 10000. */
function parseNode(line: string): ClusterNode | undefined {
  const [id, where, flags] = line.split(' ', 3);
  const match = /^(.*):(\d{1,5})(?:@(\d{1,5}))?(?:,.*)?$/.exec(where ?? '');
  if (!id || !match || !flags) return undefined;
  const port = Number(match[2]);
  const list = flags.split(',');
  return {
    id,
    address: match[1] ?? '',
    port,
    busPort: match[3] ? Number(match[3]) : port + 10_000,
    flags: list,
    self: list.includes('myself'),
  };
}

export default defineLive({
  fact: 'clusterNodes',
  ask: [question('CLUSTER NODES')],
  read([answer]) {
    const why = refusal(answer, 'CLUSTER NODES');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'CLUSTER NODES');
    const lines = (textOf(answer.value) ?? '').split('\n').slice(0, 2000);
    return known(
      lines.flatMap((line) => parseNode(line) ?? []),
      'CLUSTER NODES',
    );
  },
});
