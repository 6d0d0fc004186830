import { known, unknown } from '../../model/index.ts';
import { question } from '../server/read-only.ts';
import { defineLive, refusal, textOf } from './define-live.ts';
import { failed } from '../server/connection.ts';

// Fields beyond this are a server that wants our memory, not one that tells about itself.
const maxFields = 10_000;

/** `field:value` lines of INFO; sections are dropped, since no field name stands in two. */
function parseInfo(text: string): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (fields.size >= maxFields) break;
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith('#')) continue;
    const name = line.slice(0, colon);
    // A second `redis_version` further down would be somebody's key or library name: the first one counts.
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).replace(/\r+$/, ''));
  }
  return Object.fromEntries(fields);
}

/** Before 2.6 INFO takes no argument: hence two questions, of which the longer answer counts. */
export default defineLive({
  fact: 'info',
  ask: [question('INFO', 'all'), question('INFO')],
  read([all, plain]) {
    const why = refusal(all, 'INFO') && refusal(plain, 'INFO');
    if (why) return why;
    const [first = '', second = ''] = [all, plain].map((answer) =>
      answer && !failed(answer) ? (textOf(answer.value) ?? '') : '',
    );
    const fields = parseInfo(first.length >= second.length ? first : second);
    return Object.keys(fields).length > 0
      ? known(fields, 'INFO')
      : unknown('unreadable', 'INFO holds no field');
  },
});
