import type { Greeting, Identity, Mode } from '../model/index.ts';

/** What answers before any login allow to conclude. Bounds are branches and inclusive. */
export interface Bracket {
  readonly product: Identity['product'];
  readonly version?: string;
  readonly mode?: Mode;
  readonly from?: string;
  readonly to?: string;
  readonly because: readonly string[];
}

interface Clue {
  readonly command: string;
  readonly test: (reply: string) => boolean;
  readonly says: Omit<Bracket, 'because' | 'product'> & { readonly product?: Bracket['product'] };
  readonly because: string;
}

const starts = (text: string) => (reply: string) => reply.startsWith(text);
const has = (text: string) => (reply: string) => reply.includes(text);

// Measured on 23 servers from 2.4.5 to 9.1.2; each clue was true for every server it names, and for no other.
const clues: readonly Clue[] = [
  {
    command: 'banner',
    test: has('KeyDB is running in protected mode'),
    says: { product: 'keydb' },
    because: 'its protected mode names KeyDB',
  },
  {
    command: 'banner',
    test: starts('-DENIED Running in protected mode'),
    says: { product: 'valkey', from: '8.0' },
    because: 'its protected mode text is that of Valkey 8.0 and later',
  },
  {
    command: 'banner',
    test: (text) => text.startsWith('-DENIED Redis') && text.includes('no bind address was specified'),
    says: { from: '3.2', to: '6.2' },
    because: 'its protected mode still looks at bind, as 3.2 to 6.2 do',
  },
  {
    command: 'banner',
    test: (text) => text.startsWith('-DENIED Redis') && text.includes('Setup a an'),
    says: { from: '7.0', to: '7.0' },
    because: 'its protected mode text is that of 7.0',
  },
  {
    command: 'banner',
    test: (text) =>
      text.startsWith('-DENIED Redis') &&
      text.includes('no password is set for the default user') &&
      !text.includes('Setup a an'),
    says: { from: '7.2' },
    because: 'its protected mode text is that of 7.2 and later',
  },
  {
    command: 'PING',
    test: starts('-ERR operation not permitted'),
    says: { from: '1.0', to: '2.6' },
    because: 'it refuses without the word NOAUTH, as 2.6 and older do',
  },
  { command: 'PING', test: starts('-NOAUTH'), says: { from: '2.8' }, because: 'NOAUTH exists from 2.8' },
  {
    command: 'HELLO',
    test: (text) => text.startsWith("-ERR unknown command 'HELLO'") && !text.includes('with args'),
    says: { to: '3.2' },
    because: 'it does not know HELLO and quotes it as 3.2 and older do',
  },
  {
    command: 'HELLO',
    test: starts('-ERR unknown command `HELLO`'),
    says: { from: '4.0', to: '5.0' },
    because: 'it does not know HELLO and quotes it as 4.0 and 5.0 do',
  },
  {
    command: 'HELLO',
    test: starts("-ERR wrong number of arguments for 'hello'"),
    says: { from: '6.0', to: '6.0' },
    because: 'HELLO wants an argument only in 6.0',
  },
  {
    command: 'HELLO',
    test: has('the HELLO AUTH <user>'),
    says: { from: '6.2', to: '7.0' },
    because: 'its HELLO text is that of 6.2 and 7.0 (and KeyDB)',
  },
  {
    command: 'HELLO',
    test: has('the HELLO <proto> AUTH'),
    says: { from: '7.2' },
    because: 'its HELLO text is that of 7.2 and later, and of Valkey',
  },
  {
    command: 'RESET',
    test: (text) => text.startsWith('-NOAUTH'),
    says: { to: '6.2' },
    because: 'RESET before a login is refused only up to 6.2',
  },
  {
    command: 'RESET',
    test: starts('-ERR unknown command'),
    says: { to: '6.0' },
    because: 'RESET is not known up to 6.0',
  },
  { command: 'RESET', test: starts('+RESET'), says: { from: '6.2' }, because: 'RESET is known' },
  {
    command: 'ECHO',
    test: starts('-NOAUTH'),
    says: { product: 'valkey', from: '9.0' },
    because: 'it asks for a login before it counts arguments, as Valkey 9 does',
  },
];

// Forks say who they are in HELLO; its `version` is believed only where INFO is closed.
function helloField(reply: string, field: string): string | undefined {
  const start = `${field}:`;
  const line = reply.split('\n').find((one) => one.startsWith(start) && one.length > start.length);
  return line?.slice(start.length, start.length + longestHello);
}
const longestHello = 64;

/** Branches as numbers, so that 8.10 is above 8.8. */
const order = (branch: string): number => {
  const [major = '0', minor = '0'] = branch.split('.');
  return Number(major) * 1000 + Number(minor);
};
const higher = (a: string | undefined, b: string | undefined): string | undefined =>
  !a ? b : !b ? a : order(a) >= order(b) ? a : b;
const lower = (a: string | undefined, b: string | undefined): string | undefined =>
  !a ? b : !b ? a : order(a) <= order(b) ? a : b;

function fromHello(reply: string): Partial<Bracket> & { readonly because: readonly string[] } {
  const version = helloField(reply, 'version');
  if (!version) return { because: [] };
  const fork = (['valkey', 'dragonfly', 'garnet', 'kvrocks'] as const).find(
    (name) => helloField(reply, `${name}_version`) !== undefined || helloField(reply, 'server') === name,
  );
  const mode = helloField(reply, 'mode');
  return {
    product: fork ?? 'redis',
    version: (fork && helloField(reply, `${fork}_version`)) ?? version,
    ...(mode === 'sentinel' || mode === 'cluster' || mode === 'standalone' ? { mode } : {}),
    because: ['HELLO'],
  };
}

/** A Sentinel knows fewer commands than a server of its version: RESET says nothing there. */
export function bracket(greeting: Greeting, mode?: Mode): Bracket {
  const said = new Map(greeting.replies.map(({ command, reply }) => [command, reply]));
  if (greeting.banner) said.set('banner', greeting.banner);
  const met = clues.filter(({ command, test }) => {
    if (mode === 'sentinel' && command === 'RESET') return false;
    const reply = said.get(command);
    return reply !== undefined && test(reply);
  });
  const hello = fromHello(said.get('HELLO') ?? '');
  const product = met.find(({ says }) => says.product)?.says.product ?? hello.product;
  const from = met.reduce<string | undefined>((least, { says }) => higher(least, says.from), undefined);
  const to = met.reduce<string | undefined>((most, { says }) => lower(most, says.to), undefined);
  return {
    product: product ?? 'unknown',
    ...(hello.version ? { version: hello.version } : {}),
    ...(hello.mode ? { mode: hello.mode } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    because: [...hello.because, ...met.map(({ because }) => because)],
  };
}

/** Whether `branch` (`7.2`) lies within what the answers allow. */
export const withinBracket = (seen: Bracket, branch: string): boolean =>
  (!seen.from || order(branch) >= order(seen.from)) && (!seen.to || order(branch) <= order(seen.to));
