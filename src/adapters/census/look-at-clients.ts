import type { ClientLook } from '../../model/index.ts';
import { pairsOf, refusal, textOf } from '../collectors/define-live.ts';
import { failed, type Answer } from '../server/connection.ts';
import { question, type Question } from '../server/read-only.ts';
import { commandUse } from './command-use.ts';
import { seenClient, type ListedClient } from './seen-client.ts';

export type Ask = (questions: readonly Question[]) => Promise<readonly Answer[]>;

// More than any client leaves behind CLIENT LIST by chance.
const padding = 'x'.repeat(1200);

/** INFO before CLIENT LIST: who comes between the two is then seen, and not missed. */
const asked = [
  question('HELLO'),
  question('INFO', 'stats'),
  question('INFO', 'server'),
  question('INFO', 'commandstats'),
  question('CLIENT LIST'),
  question('ECHO', padding),
];

/**
 * One look at who is connected, our own connection left out: that is the one whose number HELLO tells (6.2 and later,
 * and no right is needed for it), and before, the one that waits with the rest of our packet while the list is made.
 * Connections named `keyward…` are ours as well. Never rejects: what went wrong is `why`.
 *
 * @example (await lookAtClients((questions) => connection.ask(questions))).clients.length
 */
export async function lookAtClients(ask: Ask): Promise<ClientLook> {
  const [hello, info, server, counted, list] = await ask(asked);
  const refused = refusal(list, 'CLIENT LIST');
  if (refused && !refused.known) return { clients: [], why: refused.detail };
  const lines = (valueText(list) ?? '').split('\n');
  const listed = lines.flatMap((line) => seenClient(line) ?? []);
  const own = ownNumber(hello) ?? ownByPadding(listed);
  const clients = listed
    .filter(({ client: { key, name } }) => key !== own && name?.startsWith('keyward') !== true)
    .map(({ client }) => client);
  const received = numberIn(valueText(info), 'total_connections_received');
  const used = commandUse(valueText(counted) ?? '', {
    uptime: numberIn(valueText(server), 'uptime_in_seconds'),
    received,
    // The link to a master was not accepted, but made.
    connected: listed.filter(({ client: { flags } }) => !flags.includes('M')).length,
    newest: Number(own),
  });
  return { clients, ...(received === undefined ? {} : { received }), ...(used ? { used } : {}) };
}

function numberIn(info: string | undefined, name: string): number | undefined {
  const line = info?.split('\n').find((one) => one.startsWith(`${name}:`));
  const digits = line?.slice(name.length + 1).trim() ?? '';
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

const valueText = (answer: Answer | undefined): string | undefined =>
  answer && !failed(answer) ? textOf(answer.value) : undefined;

function ownNumber(hello: Answer | undefined): string | undefined {
  if (!hello || failed(hello)) return undefined;
  return textOf(pairsOf(hello.value).find(([name]) => name === 'id')?.[1]);
}

function ownByPadding(listed: readonly ListedClient[]): string | undefined {
  const [one, other] = listed.filter(
    ({ client: { command }, unread }) => command?.startsWith('client') && unread >= padding.length,
  );
  // Of two that look like us, none is left out: nobody hides behind us.
  return other ? undefined : one?.client.key;
}
