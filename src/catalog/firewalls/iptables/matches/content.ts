/** What stands in a packet: text, numbers at an offset, the size of segments, how far it came. */
import { fromCidr, type Match } from '../../../../lang/packets/index.ts';
import { type Given, type MatchModule, type RuleContext, opaque, options, wordsAgain } from '../extension.ts';
import { numberOf } from '../numbers.ts';
import { undecidedModules } from './undecided.ts';

const optionsOf = (module: string): MatchModule['options'] =>
  undecidedModules[module]?.options ?? options('');
const turn = (not: boolean): { readonly not?: true } => (not ? { not: true } : {});

/** `from:to` or one number. */
function rangeOf(text: string): readonly [number, number] | undefined {
  const [, from = '', colon, to = ''] = /^(\d{0,5})(:(\d{0,5}))?$/.exec(text) ?? [];
  if (from === '' && to === '') return undefined;
  return colon === undefined
    ? [Number(from), Number(from)]
    : [Number(from || 0), to === '' ? 65_535 : Number(to)];
}

/**
 * Usual packets have a value within `usual`: where all of these are in the range, or none is, it is known of them.
 */
function usually(
  range: readonly [number, number],
  usual: readonly [number, number],
  not: boolean,
  text: string,
): Match {
  const [least, most] = usual;
  if (range[0] <= least && range[1] >= most) return { match: 'unusual', on: 'content', text, ...turn(!not) };
  if (range[1] < least || range[0] > most) return { match: 'unusual', on: 'content', text, ...turn(not) };
  return opaque('content', text);
}

export const tcpmss: MatchModule = {
  options: optionsOf('tcpmss'),
  read: (given) =>
    given.map(({ values: [value = ''], not }) => {
      const text = wordsAgain('tcpmss', given);
      const range = rangeOf(value);
      return range ? usually(range, [536, 65_495], not, text) : opaque('content', text);
    }),
};

/** Systems begin with 64, 128 or 255, and no way has more than some thirty routers. */
const usualHops = [32, 254] as const;

const hops = (module: 'ttl' | 'hl'): MatchModule => ({
  options: optionsOf(module),
  read: (given) =>
    given.map(({ option, values: [value = ''], not }) => {
      const text = wordsAgain(module, given);
      const count = numberOf(value, 255);
      if (count === undefined) return opaque('content', text);
      const range = option.endsWith('lt')
        ? [0, count - 1]
        : option.endsWith('gt')
          ? [count + 1, 255]
          : [count, count];
      return usually([range[0] ?? 0, range[1] ?? 0], usualHops, not, text);
    }),
});
export const ttl = hops('ttl');
export const hl = hops('hl');

/** Bytes between bars are hexadecimal: `|0d 0a|`. */
function bytesOf(text: string, hexadecimal: boolean): readonly number[] | undefined {
  if (!hexadecimal) return [...Buffer.from(text, 'utf8')];
  const bytes: number[] = [];
  for (const [index, part] of text.split('|').entries()) {
    if (index % 2 === 0) bytes.push(...Buffer.from(part, 'utf8'));
    else {
      const plain = part.replaceAll(' ', '');
      if (plain.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(plain)) return undefined;
      bytes.push(...Buffer.from(plain, 'hex'));
    }
  }
  return bytes;
}

export const string: MatchModule = {
  options: optionsOf('string'),
  read: (given): readonly Match[] => {
    const text = wordsAgain('string', given);
    const patterns = given.filter(({ option }) => option === 'string' || option === 'hex-string');
    const [asked] = patterns;
    const bound = (name: string, otherwise: number): number =>
      numberOf(given.find(({ option }) => option === name)?.values[0] ?? String(otherwise), 65_535) ?? -1;
    const [from, to] = [bound('from', 0), bound('to', 65_535)];
    const bytes = asked && bytesOf(asked.values[0] ?? '', asked.option === 'hex-string');
    if (patterns.length !== 1 || !asked || bytes === undefined || bytes.length > 128 || from < 0 || to < 0)
      return [opaque('content', text)];
    const anyCase = given.some(({ option }) => option === 'icase');
    return [{ match: 'bytes', bytes, from, to, anyCase, text, ...turn(asked.not) }];
  },
};

/** Where the addresses stand in a header of IPv4. */
const sides: Readonly<Record<string, 'source' | 'destination'>> = { '12': 'source', '16': 'destination' };

/** `12&0xFF000000=0x0A000000`: an address, as some people ask for it. Everything else is left undecided. */
function addressMatch({ values: [text = ''], not }: Given, { family }: RuleContext): Match | undefined {
  const [, at = '', mask = '0xffffffff', wanted = ''] =
    /^(\d{1,2})(?:&(0x[0-9a-f]{1,8}|\d{1,10}))?=(0x[0-9a-f]{1,8}|\d{1,10})$/i.exec(
      text.replaceAll(' ', ''),
    ) ?? [];
  const match = sides[at];
  if (family !== 'ipv4' || match === undefined) return undefined;
  const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
  const [value, bits] = [Number(wanted), Number(mask)];
  if (value > 0xffff_ffff || bits > 0xffff_ffff || (value & ~bits) !== 0) return undefined;
  const addresses = fromCidr(`${dotted(value)}/${dotted(bits)}`);
  return addresses ? { match, addresses, ...turn(not) } : undefined;
}

export const u32: MatchModule = {
  options: optionsOf('u32'),
  read: (given, context) => {
    const [only, ...more] = given;
    const match = only && more.length === 0 ? addressMatch(only, context) : undefined;
    return [match ?? opaque('content', wordsAgain('u32', given))];
  },
};
