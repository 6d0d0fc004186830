import { known, type AclLogEntry } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, listOf, numberOf, pairsOf, refusal, textOf } from './define-live.ts';

/** The address of the last offender, without its ephemeral port. */
const clientAddress = (info: string | undefined): string | undefined =>
  /(?:^| )addr=(\S+):\d+/.exec(info ?? '')?.[1];

export default defineLive({
  fact: 'aclLog',
  ask: [question('ACL LOG', '128')],
  read([answer]) {
    const why = refusal(answer, 'ACL LOG');
    if (why || !answer || failed(answer)) return why ?? { known: false, why: 'not-asked', detail: 'ACL LOG' };
    const entries = listOf(answer.value).map((entry): AclLogEntry => {
      const fields = new Map(pairsOf(entry));
      const client = clientAddress(textOf(fields.get('client-info')));
      return {
        reason: textOf(fields.get('reason')) ?? '',
        object: textOf(fields.get('object')) ?? '',
        user: textOf(fields.get('username')) ?? '',
        count: numberOf(fields.get('count')) ?? 0,
        ageSeconds: numberOf(fields.get('age-seconds')) ?? 0,
        ...(client ? { client } : {}),
      };
    });
    return known(entries, 'ACL LOG');
  },
});
