import { known, unknown, type ModuleFacts } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, listOf, numberOf, pairsOf, refusal, textOf } from './define-live.ts';

export default defineLive({
  fact: 'modules',
  ask: [question('MODULE LIST')],
  read([answer]) {
    const why = refusal(answer, 'MODULE LIST');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'MODULE LIST');
    const modules = listOf(answer.value).map((entry): ModuleFacts => {
      const fields = new Map(pairsOf(entry));
      const path = textOf(fields.get('path'));
      return {
        name: textOf(fields.get('name')) ?? '',
        version: numberOf(fields.get('ver')) ?? 0,
        ...(path ? { path } : {}),
      };
    });
    return known(modules, 'MODULE LIST');
  },
});
