import { createHash } from 'node:crypto';
import { commandTable, type CommandTable } from '../../lang/acl/index.ts';
import { known, unknown } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, listOf, refusal } from './define-live.ts';

// A fleet runs few versions: equal tables are kept once, or a thousand servers would cost a thousand of them.
const tables = new Map<string, CommandTable>();
const maxTables = 256;

function interned(reply: unknown): CommandTable {
  const hash = createHash('sha1').update(JSON.stringify(reply, bigintAsText)).digest('base64');
  const had = tables.get(hash);
  if (had) return had;
  const table = commandTable(reply);
  if (tables.size < maxTables) tables.set(hash, table);
  return table;
}
const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

export default defineLive({
  fact: 'commandReply',
  ask: [question('COMMAND')],
  read([answer]) {
    const why = refusal(answer, 'COMMAND');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'COMMAND');
    if (listOf(answer.value).length === 0) return unknown('unreadable', 'COMMAND lists no command');
    return known(interned(answer.value), 'COMMAND');
  },
});
