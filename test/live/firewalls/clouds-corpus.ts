/** Reads the cloud sets of the corpus, and measures what was made of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dependence, Match, RuleSet } from '../../../src/lang/packets/index.ts';
import { answersFor } from './clouds-reach.ts';

const corpus = process.env['KEYWARD_CORPUS'];
export const hasCorpus = corpus !== undefined && existsSync(join(corpus, 'cloud-traps'));

export const namesOf = (set: string, pattern: RegExp): readonly string[] =>
  hasCorpus
    ? readdirSync(join(corpus ?? '', set)).filter((name) => pattern.test(name) && name !== 'index.jsonl')
    : [];

export const textOf = (set: string, name: string): string =>
  readFileSync(join(corpus ?? '', set, name), 'utf8');

export interface Expected {
  readonly src?: string;
  readonly src_group?: string;
  readonly src_tag?: string;
  readonly target_tags?: readonly string[];
  readonly from?: string;
  readonly reach: boolean | 'unknown';
}

export interface Truth {
  readonly port: number;
  readonly expect: readonly Expected[];
}

export const truthOf = (name: string): Truth =>
  JSON.parse(textOf('cloud-traps', `${name}.truth.json`)) as Truth;

/** All opaque words of rule sets. */
export function opaqueWords(ruleSets: readonly RuleSet[]): {
  readonly all: number;
  readonly words: readonly { on: Dependence; text: string }[];
} {
  let all = 0;
  const words: { on: Dependence; text: string }[] = [];
  const see = (match: Match): void => {
    if (match.match === 'any') {
      for (const list of match.of) list.forEach(see);
      return;
    }
    all++;
    if (match.match === 'opaque') words.push(match);
  };
  for (const { tables } of ruleSets)
    for (const { chains } of tables)
      for (const { rules } of chains)
        for (const { when, does } of rules) {
          when.forEach(see);
          for (const deed of does)
            if (deed.deed === 'opaque') {
              all++;
              words.push(deed);
            }
        }
  return { all, words };
}

/**
 * Understood, but it needs what no such document holds: who is in a group, what a variable is, what Docker chooses. Or
 * it makes no sense, which a problem says.
 */
const needsMore =
  /^(?:not read: a template|members of|prefix list|instances with|service tag|whether the (?:instance|host)|the addresses of the virtual|pods |the port named|Docker chooses|which port the cluster|network_mode host|whether both|known after|no destination|protocol no protocol|\d+-\d+$)|\$|\b(?:parameters|variables|copyindex)\(|\b(?:var|local|each|count|data|module|\w+\.value)\b[.[]|\b(?:aws|azurerm|google)_\w+\./i;

export interface Measure {
  readonly all: number;
  readonly unread: number;
  readonly outside: number;
}

/** Matches, how many of them were not understood, and how many need what the document does not hold. */
export function measure(ruleSets: readonly RuleSet[]): Measure {
  const { all, words } = opaqueWords(ruleSets);
  const outside = words.filter(({ text }) => needsMore.test(text)).length;
  return { all, outside, unread: words.length - outside };
}

/** Whether an answer for Redis' port depends on something. */
export const depends = (ruleSet: RuleSet): boolean =>
  (['ipv4', 'ipv6'] as const).some((family) =>
    answersFor([ruleSet], family).some(({ reach }) => reach === 'depends'),
  );
