import { Cursor } from './cursor.ts';
import { expression } from './expression.ts';
import type { HclAttribute, HclBlock, HclBody, HclExpression, HclProblem } from './syntax.ts';

const mostDepth = 50;

/**
 * HCL's native syntax, as Terraform uses it. Never throws. After a mistake nothing more is read: what came before it is
 * given with a problem.
 *
 * @example parseHcl('a = 1\nb "c" {}\n').body.blocks[0]?.labels // ['c']
 */
export function parseHcl(text: string): { readonly body: HclBody; readonly problems: readonly HclProblem[] } {
  const cursor = new Cursor(text);
  const body = readBody(cursor, 0);
  if (!cursor.failure && !cursor.ended) cursor.fail('} stands here without {');
  const { failure } = cursor;
  return { body, problems: failure ? [{ ...cursor.placeOf(failure.at), reason: failure.reason }] : [] };
}

/**
 * A text with `${…}` in it, as JSON files of Terraform hold it.
 *
 * @example parseHclTemplate('${var.a}').kind // 'get'
 */
export function parseHclTemplate(text: string): HclExpression {
  if (!text.includes('${') && !text.includes('%{')) return { kind: 'literal', value: text, line: 1, text };
  const cursor = new Cursor(JSON.stringify(text));
  const read = expression(cursor, true, 0);
  return cursor.failure ? { kind: 'opaque', line: 1, text: text.slice(0, 200) } : read;
}

function readBody(cursor: Cursor, depth: number): HclBody {
  const attributes: HclAttribute[] = [];
  const blocks: HclBlock[] = [];
  if (depth > mostDepth) cursor.fail(`nested more than ${mostDepth} deep`);
  for (cursor.skip(true); !cursor.ended && !cursor.sees('}'); cursor.skip(true)) {
    const from = cursor.at;
    const { line } = cursor.placeOf(from);
    const name = cursor.sees('"') ? label(cursor) : cursor.name();
    if (name === undefined) {
      cursor.fail('a name is missing');
      break;
    }
    cursor.skip(false);
    if (cursor.sees('=') && !cursor.sees('==')) {
      cursor.at++;
      cursor.skip(false);
      const value = expression(cursor, false, 0);
      if (!cursor.failure) attributes.push({ name, value, line });
      cursor.skip(false);
      if (!cursor.ended && !cursor.sees('\n') && !cursor.sees('}')) cursor.fail('the line should end here');
      continue;
    }
    const labels: string[] = [];
    while (!cursor.failure && !cursor.sees('{')) {
      const next = cursor.sees('"') ? label(cursor) : cursor.name();
      if (next === undefined || labels.length > 10) {
        cursor.fail('{ or = is missing');
        break;
      }
      labels.push(next);
      cursor.skip(false);
    }
    if (cursor.failure) break;
    cursor.at++;
    const body = readBody(cursor, depth + 1);
    cursor.expect('}');
    blocks.push({ type: name, labels, body, line });
  }
  return { attributes, blocks };
}

function label(cursor: Cursor): string | undefined {
  const end = cursor.text.indexOf('"', cursor.at + 1);
  const text = end < 0 ? '' : cursor.text.slice(cursor.at + 1, end);
  if (end < 0 || text.includes('\n')) {
    cursor.fail('a text without an end');
    return undefined;
  }
  cursor.at = end + 1;
  return text;
}
