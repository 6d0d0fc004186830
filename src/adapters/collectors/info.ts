import { known, unknown } from '../../model/index.ts';
import { question } from '../server/read-only.ts';
import { defineLive, refusal, textOf } from './define-live.ts';
import { failed } from '../server/connection.ts';

// Fields beyond this are a server that wants our memory, not one that tells about itself.
const maxFields = 10_000;
const carriageReturn = 13;

/** `field:value` lines of INFO; sections are dropped, since no field name stands in two. */
function parseInfo(text: string): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  let next = 0;
  let colon = -1;
  for (let at = 0; at < text.length && fields.size < maxFields; at = next + 1) {
    next = text.indexOf('\n', at);
    if (next < 0) next = text.length;
    // Looked for once, however many lines there are before it.
    if (colon < at) colon = text.indexOf(':', at);
    if (colon < 0) break;
    if (colon === at || colon > next || text.startsWith('#', at)) continue;
    const name = text.slice(at, colon);
    // A second `redis_version` further down would be somebody's key or library name: the first one counts.
    if (fields.has(name)) continue;
    let end = next;
    while (end > colon + 1 && text.charCodeAt(end - 1) === carriageReturn) end--;
    fields.set(name, text.slice(colon + 1, end));
  }
  return Object.fromEntries(fields);
}

export default defineLive({
  fact: 'info',
  ask: [question('INFO', 'all')],
  // Before 2.6 it takes no argument.
  otherwise: [question('INFO')],
  read([all, plain]) {
    const answer = plain ?? all;
    const why = refusal(answer, 'INFO');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'INFO');
    const fields = parseInfo(textOf(answer.value) ?? '');
    return Object.keys(fields).length > 0
      ? known(fields, 'INFO')
      : unknown('unreadable', 'INFO holds no field');
  },
});
