import type { Who } from '../../../model/index.ts';
import { failed, type Connection } from '../../server/connection.ts';
import { tableProduct } from '../product.ts';
import type { Site } from '../site.ts';
import { Refusal } from '../refusal.ts';
import { bytesOf, errorIn, textIn } from '../words.ts';
import { comeAs } from './logins.ts';
import { said, untried, when, type Saw, type Trying } from './saw.ts';

/** Read, cost nothing, and change nothing, whatever follows them. */
const harmless: ReadonlySet<string> = new Set(
  (
    'ping,echo,time,dbsize,lastsave,role,info,command,exists,type,ttl,get,strlen,config get,acl whoami,acl list,' +
    'acl users,acl cat,client list,client id,client getname,module list,slowlog len,latency latest,cluster info,' +
    'cluster nodes,function list,script exists'
  ).split(','),
);

const isHarmless = ([first = '', second = '']: readonly string[]): boolean =>
  harmless.has(first.toLowerCase()) || harmless.has(`${first} ${second}`.toLowerCase());

const isDenied = (error: string): boolean =>
  /^(NOPERM|NOAUTH)\b|has no permissions|unknown (sub)?command|not found|operation not permitted/i.test(
    error,
  );

/** The name under which ACL DRYRUN knows him. */
async function nameOf(who: Who, { session }: Site): Promise<string> {
  if (who.kind === 'user') return who.user;
  if (who.kind === 'operator') return textIn(await session.ask('ACL', 'WHOAMI')) ?? 'default';
  return 'default';
}

/** What the server says that it would do; nothing where it cannot say so. */
async function dryRun(
  words: readonly string[],
  who: Who,
  site: Site,
  permitted: boolean,
): Promise<Saw | undefined> {
  try {
    const answer = textIn(await site.session.ask('ACL', 'DRYRUN', await nameOf(who, site), ...words)) ?? '';
    if (answer === 'OK') return when(permitted, 'ACL DRYRUN: permitted');
    // The denial comes as text, not as an error.
    return isDenied(answer) ? when(!permitted, `ACL DRYRUN: ${said(answer)}`) : undefined;
  } catch (error) {
    if (error instanceof Refusal && /Command '.*' not found/.test(error.message))
      return when(!permitted, 'the server has no such command');
    return undefined;
  }
}

/**
 * Whether a command is let into a transaction that is thrown away: a server checks the rights of a command before it
 * queues it. It is only sent where the server has shown that it queues, and never one that ends a transaction.
 */
async function queued(words: readonly string[], connection: Connection): Promise<string | undefined> {
  const [name = ''] = words;
  if (/^(exec|discard|multi|watch|unwatch|reset|quit|auth|hello)$/i.test(name)) return undefined;
  const tell = async (...said: readonly string[]): Promise<{ text?: string; error?: string }> => {
    const answer = await connection.tell([said[0] ?? '', ...bytesOf(said.slice(1))]);
    if (failed(answer)) return {};
    const error = errorIn(answer.value);
    const text = textIn(answer.value);
    return { ...(error === undefined ? {} : { error }), ...(text === undefined ? {} : { text }) };
  };
  if ((await tell('MULTI')).text !== 'OK' || (await tell('PING')).text !== 'QUEUED') return undefined;
  const { text, error } = await tell(...words);
  await tell('DISCARD');
  return text === 'QUEUED' ? 'QUEUED' : error;
}

export const command: Trying<'command'> = async ({ as, words, permitted }, site) => {
  if (as.kind === 'nobody' || as.kind === 'wrong') {
    const came = await comeAs(as, site);
    if ('refused' in came) return when(!permitted && !came.away, said(came.refused));
    came.close();
  }
  const told = await dryRun(words, as, site, permitted);
  if (told) return told;
  if (as.kind === 'operator')
    return untried('the server cannot say what it would permit, and it is not tried');
  const came = await comeAs(as, site);
  if ('refused' in came)
    return as.kind === 'user'
      ? untried(said(came.refused))
      : when(!permitted && !came.away, said(came.refused));
  try {
    if (isHarmless(words)) {
      const answer = await came.tell([words[0] ?? '', ...bytesOf(words.slice(1))]);
      if (failed(answer)) return untried(said(answer.detail));
      const error = errorIn(answer.value);
      const denied = error !== undefined && isDenied(error);
      return when(denied !== permitted, denied ? said(error) : 'answered');
    }
    // Who only speaks the protocol may not keep what it says of transactions.
    if (site.node.product !== tableProduct(site.node)) return untried('there is no harmless way to try it');
    const answer = await queued(words, came);
    if (answer === 'QUEUED') return when(permitted, 'let into a transaction, which was thrown away');
    if (answer !== undefined && isDenied(answer)) return when(!permitted, said(answer));
    return untried('there is no harmless way to try it');
  } finally {
    came.close();
  }
};
