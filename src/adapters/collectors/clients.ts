import { known, unknown, type ClientFacts } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, refusal, textOf } from './define-live.ts';

// A census, not a dump: a server with more clients than this is described well enough by these.
const maxClients = 2000;

/** The fields of one line of CLIENT LIST: `id=7 addr=10.0.0.4:51312 … cmd=get user=app lib-name=redis-py`. */
export const clientFields = (line: string): ReadonlyMap<string, string> =>
  new Map(
    line.split(' ').map((field) => {
      const equals = field.indexOf('=');
      return [field.slice(0, equals), field.slice(equals + 1)] as const;
    }),
  );

function parseClient(line: string): ClientFacts | undefined {
  const fields = clientFields(line);
  const address = fields.get('addr');
  if (address === undefined) return undefined;
  const age = Number(fields.get('age') ?? Number.NaN);
  const optional = {
    user: fields.get('user'),
    name: fields.get('name'),
    library: fields.get('lib-name'),
    command: fields.get('cmd'),
    flags: fields.get('flags'),
  };
  return {
    address,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
    ...(Number.isFinite(age) ? { ageSeconds: age } : {}),
  };
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
