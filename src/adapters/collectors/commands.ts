import { known, unknown } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { createCommandTables } from './command-tables.ts';
import { defineLive, listOf, refusal } from './define-live.ts';

const tableOf = createCommandTables();

export default defineLive({
  fact: 'commandReply',
  ask: [question('COMMAND')],
  read([answer]) {
    const why = refusal(answer, 'COMMAND');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'COMMAND');
    if (listOf(answer.value).length === 0) return unknown('unreadable', 'COMMAND lists no command');
    return known(tableOf(answer.value), 'COMMAND');
  },
});
