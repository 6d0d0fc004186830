import { known, unknown, type SentinelMaster } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, listOf, numberOf, pairsOf, refusal, textOf } from './define-live.ts';

export default defineLive({
  fact: 'sentinelMasters',
  ask: [question('SENTINEL MASTERS')],
  read([answer]) {
    const why = refusal(answer, 'SENTINEL MASTERS');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'SENTINEL MASTERS');
    const masters = listOf(answer.value).map((entry): SentinelMaster => {
      const fields = new Map(pairsOf(entry));
      return {
        name: textOf(fields.get('name')) ?? '',
        address: `${textOf(fields.get('ip')) ?? ''}:${textOf(fields.get('port')) ?? ''}`,
        flags: textOf(fields.get('flags')) ?? '',
        quorum: numberOf(fields.get('quorum')) ?? 0,
        sentinels: (numberOf(fields.get('num-other-sentinels')) ?? 0) + 1,
      };
    });
    return known(masters, 'SENTINEL MASTERS');
  },
});
