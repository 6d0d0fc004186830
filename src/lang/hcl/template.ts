import { type Cursor, placed } from './cursor.ts';
import type { HclExpression } from './syntax.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** A quoted text; the cursor stands at its first quote. */
export function quoted(
  cursor: Cursor,
  depth: number,
  expression: (cursor: Cursor, inside: boolean, depth: number) => HclExpression,
): HclExpression {
  const from = cursor.at;
  cursor.at++;
  const parts: (string | HclExpression)[] = [];
  let plain = '';
  let opaque = false;
  while (!cursor.failure) {
    const mark = cursor.text[cursor.at];
    if (mark === undefined || mark === '\n') cursor.fail('a text without an end');
    else if (mark === '"') {
      cursor.at++;
      break;
    } else if (mark === '\\') {
      const next = cursor.text[cursor.at + 1] ?? '';
      const unicode = /^u([0-9a-fA-F]{4})/.exec(cursor.text.slice(cursor.at + 1, cursor.at + 6))?.[1];
      plain +=
        unicode === undefined
          ? (escapes[next] ?? `\\${next}`)
          : String.fromCharCode(Number.parseInt(unicode, 16));
      cursor.at += unicode === undefined ? 2 : 6;
    } else if ((mark === '$' || mark === '%') && cursor.take(`${mark}${mark}{`)) plain += `${mark}{`;
    else if (cursor.take('${') || cursor.take('%{')) {
      if (mark === '%') {
        opaque = true;
        cursor.skip(true);
        directive(cursor);
        continue;
      }
      if (plain !== '') parts.push(plain);
      plain = '';
      cursor.take('~');
      cursor.skip(true);
      parts.push(expression(cursor, true, depth + 1));
      cursor.skip(true);
      cursor.take('~');
      cursor.expect('}');
    } else {
      plain += mark;
      cursor.at++;
    }
  }
  if (opaque) return { kind: 'opaque', ...placed(cursor, from) };
  if (parts.length === 0) return { kind: 'literal', value: plain, ...placed(cursor, from) };
  const [only] = parts;
  if (parts.length === 1 && plain === '' && typeof only === 'object') return only;
  return { kind: 'template', parts: plain === '' ? parts : [...parts, plain], ...placed(cursor, from) };
}

/** `%{ if … }`: passed over, whatever stands in it. */
function directive(cursor: Cursor): void {
  const end = cursor.text.indexOf('}', cursor.at);
  const line = cursor.text.indexOf('\n', cursor.at);
  if (end < 0 || (line >= 0 && line < end)) cursor.fail('a directive without an end');
  else cursor.at = end + 1;
}

/** `<<EOT` up to the line with that word alone. What is computed in it is not read: no firewall rule is made so. */
export function heredoc(cursor: Cursor): HclExpression {
  const from = cursor.at;
  cursor.at += 2;
  const indented = cursor.take('-');
  const word = cursor.name();
  const start = cursor.text.indexOf('\n', cursor.at);
  if (word === undefined || start < 0) {
    cursor.fail('a text without an end');
    return { kind: 'opaque', ...placed(cursor, from) };
  }
  for (let at = start + 1; at < cursor.text.length;) {
    const next = cursor.text.indexOf('\n', at);
    const end = next < 0 ? cursor.text.length : next;
    if (cursor.text.slice(at, end).trim() === word) {
      const body = cursor.text.slice(start + 1, at);
      // The line end belongs to what comes after.
      cursor.at = end;
      const place = placed(cursor, from);
      return /[$%]\{/.test(body)
        ? { kind: 'opaque', ...place }
        : { kind: 'literal', value: indented ? body.replace(/^[ \t]+/gm, '') : body, ...place };
    }
    at = end + 1;
  }
  cursor.fail(`a text without its end ${word}`);
  return { kind: 'opaque', ...placed(cursor, from) };
}
