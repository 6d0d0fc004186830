import { known, unknown, type ClientFacts } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, refusal, textOf } from './define-live.ts';

// A census, not a dump: a server with more clients than this is described well enough by these.
const maxClients = 2000;

/** The fields of one line of CLIENT LIST: `id=7 addr=10.0.0.4:51312 … cmd=get user=app lib-name=redis-py`. */
export function clientFields(line: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const field of line.split(' ')) {
    const equals = field.indexOf('=');
    fields.set(field.slice(0, equals), field.slice(equals + 1));
  }
  return fields;
}

const optional = [
  ['user', 'user'],
  ['name', 'name'],
  ['library', 'lib-name'],
  ['command', 'cmd'],
  ['flags', 'flags'],
] as const;

function parseClient(line: string): ClientFacts | undefined {
  const fields = clientFields(line);
  const address = fields.get('addr');
  if (address === undefined) return undefined;
  const client: { -readonly [name in keyof ClientFacts]: ClientFacts[name] } = { address };
  for (const [name, field] of optional) {
    const value = fields.get(field);
    if (value) client[name] = value;
  }
  const age = Number(fields.get('age') ?? Number.NaN);
  if (Number.isFinite(age)) client.ageSeconds = age;
  return client;
}

export default defineLive({
  fact: 'clients',
  ask: [question('CLIENT LIST')],
  read([answer]) {
    const why = refusal(answer, 'CLIENT LIST');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'CLIENT LIST');
    const lines = (textOf(answer.value) ?? '').split('\n').slice(0, maxClients);
    return known(
      lines.flatMap((line) => parseClient(line) ?? []),
      'CLIENT LIST',
    );
  },
});
