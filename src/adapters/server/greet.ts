import type { RespValue } from '../../lang/resp/index.ts';
import type { Door, Greeting } from '../../model/index.ts';
import { errorText, pairsOf, textOf } from '../collectors/define-live.ts';
import { failed, type Answer, type Connection, type Failure } from './connection.ts';
import { question } from './read-only.ts';

// The shortest list that tells every version before a login: see engine/version-bracket.ts for what each says.
// RESET comes last: where it is known it would undo what came before it.
const questions = [question('PING'), question('HELLO'), question('ECHO'), question('RESET')];

const isBanner = (text: string): boolean =>
  text.startsWith('DENIED ') || text.startsWith('ERR max number of clients');

/** An answer as text: errors with their `-`, statuses with their `+`, maps as `field:value` lines. */
function shown(value: RespValue): { readonly reply: string; readonly kind: 'status' | 'error' | 'data' } {
  const error = errorText(value);
  if (error !== undefined) return { reply: `-${error}`, kind: 'error' };
  const text = textOf(value);
  if (text !== undefined)
    return {
      reply: typeof value === 'object' ? `+${text}` : text,
      kind: typeof value === 'object' ? 'status' : 'data',
    };
  const lines = pairsOf(value).map(([name, item]) => `${name}:${textOf(item) ?? ''}`);
  return { reply: lines.join('\n').slice(0, 4096), kind: 'data' };
}

function doorOf(answers: readonly Answer[], banner: string | undefined): Door {
  if (banner?.startsWith('-DENIED')) return 'protected';
  if (banner) return 'full';
  const [ping] = answers;
  if (!ping) return 'silent';
  if (failed(ping)) {
    if (ping.failed === 'protocol' || ping.failed === 'limit') return 'foreign';
    // TLS 1.3 lets us in first and tells what is wrong with our certificate with the first answer.
    if (ping.failed === 'certificate-wanted' || ping.failed === 'certificate-refused')
      return 'client-certificate';
    // Plain bytes make a TLS port reset the connection without a word.
    return ping.failed === 'reset' || ping.failed === 'closed' ? 'tls-only' : 'silent';
  }
  const error = errorText(ping.value);
  if (error === undefined) return 'open';
  if (/^(NOAUTH|ERR operation not permitted)/.test(error)) return 'login';
  // PING may be renamed, or denied to the default user by an ACL: the door is open, and little lies behind it.
  return /^(NOPERM|ERR unknown command|LOADING|MASTERDOWN|BUSY)/.test(error) ? 'open' : 'foreign';
}

/** The first words with a server: what it is before any login. A few harmless questions in one packet. */
export async function greet(
  connection: Connection,
): Promise<{ readonly greeting: Greeting; readonly door: Door; readonly failure?: Failure }> {
  const answers = await connection.ask(questions);
  const first = answers[0];
  const firstError = first && !failed(first) ? errorText(first.value) : undefined;
  const banner = firstError !== undefined && isBanner(firstError) ? `-${firstError}` : undefined;
  const replies = banner
    ? []
    : answers.flatMap((answer, index) => {
        const asked = questions[index];
        return failed(answer) || !asked ? [] : [{ command: asked.name, ...shown(answer.value) }];
      });
  const broken = answers.find(failed);
  return {
    greeting: { replies, ...(banner ? { banner } : {}) },
    door: doorOf(answers, banner),
    ...(broken ? { failure: broken } : {}),
  };
}
