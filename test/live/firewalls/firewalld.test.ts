/** firewalld's files and lists against the ruleset that it made of them, and against real connects. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type FirewalldFiles,
  type NamedXml,
  parseFirewalld,
} from '../../../src/catalog/firewalls/firewalld/index.ts';
import { parseNftJson } from '../../../src/catalog/firewalls/nft/index.ts';
import type { RuleSet } from '../../../src/lang/packets/index.ts';
import { judge, type Tally, type Truth } from './measured-connects.ts';

const corpus = process.env['KEYWARD_CORPUS'];
const folder = join(corpus ?? '', 'firewalld');
const there = corpus !== undefined && existsSync(join(folder, 'index.jsonl'));
const cases = there ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'truth.json'))) : [];

interface Made extends Truth {
  readonly loaded_with: string;
  readonly commands: readonly string[];
}

const read = (name: string, file: string): string => readFileSync(join(folder, name, file), 'utf8');
const truthOf = (name: string): Made => JSON.parse(read(name, 'truth.json')) as Made;

const xmlOf = (name: string, kind: string): readonly NamedXml[] => {
  const from = join(folder, name, 'etc-firewalld', kind);
  if (!existsSync(from)) return [];
  return readdirSync(from)
    .filter((file) => file.endsWith('.xml'))
    .map((file) => ({ name: file.slice(0, -4), xml: readFileSync(join(from, file), 'utf8') }));
};

/** What stands in files, and what only the running program can tell. */
function filesOf(name: string): FirewalldFiles {
  const truth = truthOf(name);
  const conf = join('etc-firewalld', 'firewalld.conf');
  return {
    zones: xmlOf(name, 'zones'),
    policies: xmlOf(name, 'policies'),
    ipsets: xmlOf(name, 'ipsets'),
    services: xmlOf(name, 'services'),
    ...(existsSync(join(folder, name, conf)) ? { conf: read(name, conf) } : {}),
    ...(truth.default_zone === undefined ? {} : { defaultZone: truth.default_zone }),
    panic: truth.commands.some((command) => command.includes('--panic-on')),
    version: /\d+\.\d+\.\d+/.exec(truth.loaded_with)?.[0] ?? '',
  };
}

const fromFiles = (name: string): RuleSet => parseFirewalld(filesOf(name));
const fromLists = (name: string): RuleSet =>
  parseFirewalld({
    ...filesOf(name),
    allZones: read(name, 'list-all-zones.txt'),
    allPolicies: read(name, 'list-all-policies.txt'),
  });
const fromKernel = (name: string): RuleSet => parseNftJson(read(name, 'nft-list.json'));

/** Changes that were never written down are in the lists only. */
const isWritten = (name: string): boolean =>
  truthOf(name)
    .commands.filter((command) => command.startsWith('firewall-cmd'))
    .filter((command) => !/--reload|--set-default-zone|--panic-on/.test(command))
    .every((command) => command.includes('--permanent'));

const said = (name: string, ruleSet: RuleSet): string => {
  const tally: Tally = { probes: 0, depends: 0, stateful: 0, routes: 0, wrong: [], said: [] };
  judge(name, ruleSet, truthOf(name), tally);
  return (tally.said ?? []).join('\n');
};

function run(names: readonly string[], what: string, ruleSetOf: (name: string) => RuleSet): Tally {
  const tally: Tally = { probes: 0, depends: 0, stateful: 0, routes: 0, wrong: [] };
  for (const name of names) judge(name, ruleSetOf(name), truthOf(name), tally);
  console.log(
    `firewalld, ${what}: ${tally.probes} probes of ${names.length} cases, ${tally.wrong.length} wrong, ${tally.depends} depend, ` +
      `${tally.routes} of them on the routes of IPv6 alone`,
  );
  return tally;
}

describe.skipIf(!there)(`firewalld of the corpus${there ? '' : ' (no KEYWARD_CORPUS)'}`, () => {
  it('lets in whom firewalld let in, by its files', () => {
    const names = cases.filter(isWritten);
    expect(run(names, 'files', fromFiles).wrong).toEqual([]);
    expect(names.length).toBeGreaterThan(20);
  });

  it('lets in whom firewalld let in, by its lists', () => {
    expect(run(cases, 'lists', fromLists).wrong).toEqual([]);
  });

  it('says the same as of the ruleset in the kernel', () => {
    const wrong = cases.flatMap((name) => {
      const kernel = said(name, fromKernel(name));
      return [
        ...(said(name, fromLists(name)) === kernel ? [] : [`${name}: lists`]),
        ...(!isWritten(name) || said(name, fromFiles(name)) === kernel ? [] : [`${name}: files`]),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('understands what stands in the files', () => {
    const problems = cases.flatMap((name) => [...fromFiles(name).problems, ...fromLists(name).problems]);
    const strange = problems.filter(({ fatal, reason }) => fatal || reason.includes('not understood'));
    expect(strange.map(({ reason, at }) => `${at.file}:${at.line} ${reason}`)).toEqual([]);
    const matches = cases
      .flatMap((name) => [fromFiles(name), fromLists(name)])
      .flatMap(({ tables }) => tables)
      .flatMap(({ chains }) => chains)
      .flatMap(({ rules }) => rules)
      .flatMap(({ when }) => when);
    const unknown = matches.filter(
      (one) => one.match === 'opaque' && (one.on === 'other' || one.on === 'set'),
    );
    console.log(`firewalld: ${matches.length} conditions, ${unknown.length} not understood`);
    expect(unknown.length / matches.length).toBeLessThan(0.05);
  });
});
