/** The directives that are read in their own way. Each takes the arguments and gives what `CONFIG GET` prints. */
import { readEvents } from './keyspace-events.ts';
import { memory } from './memory.ts';
import { atoi, cString, lowerAscii, strtoll } from '../c-text/index.ts';
import { isIpv4, isIpv6 } from './address.ts';
import { absolutePath } from './paths.ts';
import { validTitle } from './title.ts';
import type { ValueContext, ValueReading } from './value-reading.ts';
import { compareVersionTexts } from '../version/index.ts';

type Reader = (args: readonly string[], context: ValueContext, name: string) => ValueReading;

const refused = (reason: string): ValueReading => ({ refused: reason });
const same = (value: string): ValueReading => ({ value });
const wrongCount = refused('wrong number of arguments');
const wrongLine = refused('Bad directive or wrong number of arguments');

export function readSpecial(
  special: string,
  name: string,
  args: readonly string[],
  context: ValueContext,
): ValueReading {
  return (readers[special] ?? ((given) => same(given.map(cString).join(' '))))(args, context, name);
}

/** Every `save` line adds; the first one drops the defaults, and an empty one drops all (since 7.0, only the defaults). */
const save: Reader = (args, { traits, current, first }) => {
  const before = traits.complete && first ? '' : current;
  if (!traits.complete) {
    if (args.length === 1 && args[0] === '') return same('');
    if (args.length !== 2) return same(current);
    const [seconds, changes] = args.map(atoi);
    if ((seconds ?? 0) < 1 || (changes ?? 0) < 0) return refused('Invalid save parameters');
    return same(added(before, `${seconds} ${changes}`));
  }
  if (args.length === 1 && args[0] === '') return same('');
  if (args.length % 2 === 1) return refused('Invalid save parameters');
  const numbers = args.map((arg) => strtoll(arg));
  if (numbers.some(({ value, rest }, i) => rest !== '' || value < (i % 2 === 0 ? 1n : 0n)))
    return refused('Invalid save parameters');
  const printed = numbers.map(({ value }, i) => (i % 2 === 0 ? value : BigInt.asIntN(32, value)).toString());
  return same(added(before, printed.join(' ')));
};

/** Never copied or trimmed: a file may have a million `save` lines, and joined text costs nothing until it is read. */
const added = (before: string, more: string): string =>
  before === '' || more === '' ? before + more : `${before} ${more}`;

const classes: ReadonlyMap<string, string> = new Map([
  ['normal', 'normal'],
  ['slave', 'slave'],
  ['replica', 'slave'],
  ['pubsub', 'pubsub'],
]);

/** Names classes and sets these; the others stay. */
const limits: Reader = (args, { traits, current }) => {
  if (!traits.complete && args.length !== 4) return wrongLine;
  if (args.length % 4 !== 0) return refused('Wrong number of arguments in buffer limit configuration.');
  const words = current.split(' ');
  const kept = new Map<string, string>();
  for (let i = 0; i + 3 < words.length; i += 4) kept.set(words[i] ?? '', words.slice(i, i + 4).join(' '));
  for (let i = 0; i < args.length; i += 4) {
    const name = classes.get(lowerAscii(cString(args[i] ?? '')));
    if (name === undefined)
      return refused(
        traits.complete
          ? 'Invalid client class specified in buffer limit configuration.'
          : "Unrecognized client limit class: the user specified an invalid one, or 'master' which has no buffer limits.",
      );
    const [hard, soft] = [args[i + 1] ?? '', args[i + 2] ?? ''].map((text) =>
      memory(text, { signed: !traits.complete, strict: traits.refusesOverflow }),
    );
    const { value: seconds, rest } = strtoll(args[i + 3] ?? '');
    const short = BigInt.asIntN(32, seconds);
    if (traits.complete && (hard === undefined || soft === undefined || rest !== '' || short < 0n))
      return refused('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
    if (short < 0n) return refused('Negative number of seconds in soft limit is invalid');
    const [one, two] = [hard ?? 0n, soft ?? 0n].map((value) => BigInt.asUintN(64, value));
    kept.set(name, `${name} ${one} ${two} ${short}`);
  }
  return same(['normal', 'slave', 'pubsub'].flatMap((name) => kept.get(name) ?? []).join(' '));
};

const oom: Reader = (args, { traits }) => {
  if (args.length !== 3) return traits.complete ? wrongCount : wrongLine;
  const numbers = args.map((arg) => strtoll(arg));
  if (numbers.some(({ value, rest }) => rest !== '' || value < -2000n || value > 2000n))
    return refused('Invalid oom-score-adj-values, elements must be between -2000 and 2000.');
  return same(numbers.map(({ value }) => value.toString()).join(' '));
};

const events: Reader = (args, context) => {
  const read = readEvents(cString(args[0] ?? ''), context.product, context.version);
  return read === undefined ? refused('Invalid event class character.') : same(read);
};

const primary: Reader = (args, { traits, product, version }) => {
  const [host = '', port = ''] = args;
  if (args.length !== 2) return traits.complete ? wrongCount : wrongLine;
  if (traits.checked && lowerAscii(cString(host)) === 'no' && lowerAscii(cString(port)) === 'one')
    return same('');
  const { value, rest } = traits.checked ? strtoll(port) : { value: BigInt(atoi(port)), rest: '' };
  const number = BigInt.asIntN(32, value);
  if (traits.checked && (number < 0n || number > 65535n || rest !== ''))
    return refused(
      product === 'valkey' && version !== '7.2.4' ? 'Invalid primary port' : 'Invalid master port',
    );
  return same(`${cString(host)} ${number}`);
};

const directory: Reader = (args, { folder, workingFolder, product }) => {
  const path = cString(args[0] ?? '');
  if (path === '') return refused(product === 'valkey' ? "dir can't be empty" : 'No such file or directory');
  const absolute = absolutePath(path, workingFolder);
  return folder(absolute, path) ? same(absolute) : refused('No such file or directory');
};

const decimal = /^[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,4})?$/;
const hexadecimal = /^([+-]?)0[xX]([0-9A-Fa-f]{1,12})(?:[pP]([+-]?[0-9]{1,3}))?$/;

/** `string2d`: a number and nothing else. It is C's, in hexadecimal too, until Valkey 9.1 reads it by itself. */
function double(text: string, { product, version }: ValueContext): number | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const value = decimal.test(text) ? Number(text) : undefined;
  if (value !== undefined) return Number.isFinite(value) ? value : undefined;
  const own = product === 'valkey' && compareVersionTexts(version, '9.0.0') >= 0;
  const [whole, sign, digits = '', power = '0'] = (own ? null : hexadecimal.exec(text)) ?? [];
  if (whole === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * Number.parseInt(digits, 16) * 2 ** Number(power);
}

const percentiles: Reader = (args, context) => {
  if (args.length === 1 && args[0] === '') return same('');
  const printed: string[] = [];
  for (const arg of args) {
    const value = double(arg, context);
    if (value === undefined) return refused('Invalid latency-tracking-info-percentiles parameters');
    if (value < 0 || value > 100)
      return refused('latency-tracking-info-percentiles parameters should sit between [0.0,100.0]');
    printed.push(
      value
        .toFixed(6)
        .replace(/(\.[0-9]*?)0+$/, '$1')
        .replace(/\.$/, ''),
    );
  }
  return same(printed.join(' '));
};

const title: Reader = (args, { setting }) => {
  const template = cString(args[0] ?? '');
  const empty = new Set(['title']);
  if (setting('cluster-enabled') !== 'yes') empty.add('server-mode');
  if (setting('unixsocket') === '') empty.add('unixsocket');
  return validTitle(template, empty)
    ? same(template)
    : refused('template format is invalid or contains unknown variables');
};

const hostname: Reader = (args) => {
  const name = cString(args[0] ?? '');
  if (name.length >= 256) return refused('Hostnames must be less than 256 characters');
  if (!/^[A-Za-z0-9.-]*$/.test(name))
    return refused('Hostnames may only contain alphanumeric characters, hyphens or dots');
  return same(name);
};

/** Characters that would break the cluster's own file. Newer servers also refuse blanks, quotes and `=`. */
const auxiliary = (text: string, { product, version }: ValueContext): boolean => {
  const strict = compareVersionTexts(version, product === 'redis' ? '8.2.0' : '9.0.0') >= 0;
  if ((strict ? /[\x01-\x20"',=\\\x7f]/ : /(?!)/).test(text)) return false;
  // A colon is part of an address: Valkey lets it stand.
  return !(product === 'redis' ? /[!#$%&()*+:;<>?@[\]^{|}~]/ : /[!#$%&()*+;<>?@[\]^{|}~]/).test(text);
};

const nodename: Reader = (args, context) => {
  const name = cString(args[0] ?? '');
  return auxiliary(name, context)
    ? same(name)
    : refused('Announced human node name contained invalid character');
};

/** Free text at first; an address since Redis 8.6, and no odd characters since Valkey 9.1. */
const clusterIp: Reader = (args, context) => {
  const text = cString(args[0] ?? '');
  const checked = compareVersionTexts(context.version, context.product === 'redis' ? '8.4.0' : '9.0.0') >= 0;
  if (!checked || context.product === 'keydb') return same(text);
  if (context.product === 'valkey')
    return auxiliary(text, context) ? same(text) : refused('cluster-announce-ip contains invalid character');
  const good = text === '' || isIpv4(text) || isIpv6(text);
  return good ? same(text) : refused('Cluster announce IP must be a valid IPv4 or IPv6 address');
};

const ipv4: Reader = (args) => {
  const text = cString(args[0] ?? '');
  return text === '' || isIpv4(text) ? same(text) : refused('Invalid IPv4 address');
};

const ipv6: Reader = (args) => {
  const text = cString(args[0] ?? '');
  return text === '' || isIpv6(text) ? same(text) : refused('Invalid IPv6 address');
};

const filename =
  (what: string): Reader =>
  (args, { traits, product, version }, name) => {
    const path = cString(args[0] ?? '');
    const mayBeEmpty =
      name === 'dbfilename' ? product !== 'valkey' || version.startsWith('7.') : !traits.complete;
    if (path === '' && !mayBeEmpty) return refused(`${name} can't be empty`);
    return path.includes('/') || path.includes('\\')
      ? refused(`${name} can't be a path, just a ${what}`)
      : same(path);
  };

const readers: Readonly<Record<string, Reader>> = {
  save,
  limits,
  oom,
  events,
  primary,
  directory,
  percentiles,
  title,
  hostname,
  nodename,
  ipv4,
  ipv6,
  'cluster ip': clusterIp,
  filename: filename('filename'),
  dirname: filename('dirname'),
  locale: (args) => same(cString(args[0] ?? '')),
};
