import { printable } from '../../lang/text/index.ts';
import type { SeenClient } from '../../model/index.ts';
import { clientFields } from '../collectors/clients.ts';

/** Long enough for every honest name. */
const longest = 128;

export interface ListedClient {
  readonly client: SeenClient;
  /** Bytes that the server has read from it and not used up yet. */
  readonly unread: number;
}

/** One line of CLIENT LIST, of any version and from anybody; `undefined` where it is none. */
export function seenClient(line: string): ListedClient | undefined {
  const fields = clientFields(line);
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return value ? printable(value, longest) : undefined;
  };
  const count = (name: string): number => natural(fields.get(name)) ?? 0;
  const whence = text('addr');
  if (whence === undefined) return undefined;
  const flags = text('flags') ?? 'N';
  const unix = whence.startsWith('/') || flags.includes('U');
  const local = unix ? undefined : endpoint(text('laddr') ?? '');
  const version = text('lib-ver');
  const library = text('lib-name');
  const command = text('cmd')?.toLowerCase();
  const client: SeenClient = {
    key: text('id') ?? whence,
    address: unix ? 'unix' : (endpoint(whence)?.address ?? whence),
    flags,
    subscriptions: count('sub') + count('psub') + count('ssub'),
    ...given('user', text('user')),
    ...given('to', local),
    ...given('library', library === undefined || version === undefined ? library : `${library} ${version}`),
    ...given('name', text('name')),
    // So says CLIENT LIST of those that have not sent any.
    ...given('command', command === 'null' ? undefined : command),
    ...given('database', natural(fields.get('db'))),
    ...given('ageSeconds', natural(fields.get('age'))),
  };
  return { client, unread: count('qbuf') };
}

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: V };

const natural = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** `10.0.0.4:51312`, `[::1]:51312`. */
function endpoint(text: string): { readonly address: string; readonly port: number } | undefined {
  const colon = text.lastIndexOf(':');
  const port = natural(text.slice(colon + 1));
  if (colon <= 0 || port === undefined) return undefined;
  const address = text.slice(0, colon);
  return { address: address.startsWith('[') ? address.slice(1, -1) : address, port };
}
