/**
 * Counts and rates that every source has for itself. Of a first connection, with nothing before it, they are known; who
 * comes too often is turned away by its own doing. What all sources share (`limit`, a count for whole networks) depends
 * on the others, and is not here.
 */
import type { Dependence, Match } from '../../../../lang/packets/index.ts';
import { type Given, type MatchModule, opaque, options, wordsAgain } from '../extension.ts';
import { undecidedModules } from './undecided.ts';

const valueOf = (given: readonly Given[], name: string): string | undefined =>
  given.find(({ option }) => option === name)?.values[0];
const isGiven = (given: readonly Given[], name: string): boolean =>
  given.some(({ option }) => option === name);

/** `above`: whoever comes too often matches; else whoever does not. */
const paced = (on: Dependence, text: string, above: boolean): Match => ({
  match: 'unusual',
  on,
  text,
  ...(above ? {} : { not: true }),
});

const optionsOf = (module: string): MatchModule['options'] =>
  undecidedModules[module]?.options ?? options('');

/** A list that so many packets of one source must have been written into: the first one alone does not do it. */
const leastHits = 3;

/** `recent --set` writes down who came, and is always true. */
export const recent: MatchModule = {
  options: options(
    '!set:0 !rcheck:0 !update:0 !remove:0 seconds hitcount rttl:0 name rsource:0 rdest:0 mask reap:0',
  ),
  read: (given, context) => {
    const what = given.filter(({ option }) => ['set', 'rcheck', 'update', 'remove'].includes(option));
    const [first] = what;
    if (what.length !== 1 || first === undefined) {
      context.refuse('recent takes exactly one of --set, --rcheck, --update, --remove');
      return [opaque('recent', wordsAgain('recent', given))];
    }
    if (first.option === 'set')
      return first.not ? [{ match: 'never', why: 'recent --set is always true' }] : [];
    const mask = valueOf(given, 'mask');
    const alone = mask === undefined || mask === '255.255.255.255' || /^(?:ffff:){7}ffff$/i.test(mask);
    const hits = Number(valueOf(given, 'hitcount') ?? 0);
    const text = wordsAgain('recent', given);
    return alone && hits >= leastHits && !isGiven(given, 'rdest')
      ? [paced('recent', text, !first.not)]
      : [opaque('recent', text)];
  },
};

export const connlimit: MatchModule = {
  options: optionsOf('connlimit'),
  read: (given, { family }) => {
    const [asked] = given.filter(({ option }) => option === 'connlimit-above' || option === 'connlimit-upto');
    const text = wordsAgain('connlimit', given);
    const mask = valueOf(given, 'connlimit-mask') ?? (family === 'ipv4' ? '32' : '128');
    const alone = mask === (family === 'ipv4' ? '32' : '128') && !isGiven(given, 'connlimit-daddr');
    if (asked === undefined || !alone || !(Number(asked.values[0]) >= 1)) return [opaque('rate', text)];
    return [paced('rate', text, (asked.option === 'connlimit-above') !== asked.not)];
  },
};

export const hashlimit: MatchModule = {
  options: optionsOf('hashlimit'),
  read: (given, { family }) => {
    const text = wordsAgain('hashlimit', given);
    const modes = (valueOf(given, 'hashlimit-mode') ?? '').split(',');
    const mask = valueOf(given, 'hashlimit-srcmask');
    const alone =
      modes.includes('srcip') && (mask === undefined || mask === (family === 'ipv4' ? '32' : '128'));
    const above = isGiven(given, 'hashlimit-above');
    const upto = isGiven(given, 'hashlimit-upto') || isGiven(given, 'hashlimit');
    // Rates in bytes and of whole matches count otherwise.
    const plain = given.every(
      ({ option, values }) => option !== 'hashlimit-rate-match' && !/b\/|b$/.test(values[0] ?? ''),
    );
    return alone && plain && above !== upto ? [paced('rate', text, above)] : [opaque('rate', text)];
  },
};
