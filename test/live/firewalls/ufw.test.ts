/** ufw's files against what ufw made of them, and against real connects to the host that had loaded them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/catalog/firewalls/iptables/index.ts';
import { parseUfw, parseUfwStatus } from '../../../src/catalog/firewalls/ufw/index.ts';
import type { RuleSet } from '../../../src/lang/packets/index.ts';
import { judge, type Tally, type Truth } from './measured-connects.ts';

const corpus = process.env['KEYWARD_CORPUS'];
const folder = join(corpus ?? '', 'ufw');
const there = corpus !== undefined && existsSync(join(folder, 'index.jsonl'));
const cases = there ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'truth.json'))) : [];

const read = (name: string, file: string): string => readFileSync(join(folder, name, file), 'utf8');
const truthOf = (name: string): Truth => JSON.parse(read(name, 'truth.json')) as Truth;

function fromFiles(name: string): RuleSet {
  const files = {
    userRules: 'user.rules',
    user6Rules: 'user6.rules',
    beforeRules: 'before.rules',
    before6Rules: 'before6.rules',
    afterRules: 'after.rules',
    after6Rules: 'after6.rules',
    defaults: 'default_ufw',
  };
  const given = Object.entries(files).filter(([, file]) => existsSync(join(folder, name, file)));
  return parseUfw(Object.fromEntries(given.map(([part, file]) => [part, read(name, file)])));
}

function fromKernel(name: string): RuleSet {
  const four = parseIptablesSave(read(name, 'iptables-save.txt'), { family: 'ipv4' });
  const six = parseIptablesSave(read(name, 'ip6tables-save.txt'), { family: 'ipv6' });
  return { ...four, tables: [...four.tables, ...six.tables] };
}

const run = (ruleSetOf: (name: string) => RuleSet, what: string): Tally => {
  const tally: Tally = { probes: 0, depends: 0, stateful: 0, routes: 0, wrong: [] };
  for (const name of cases) judge(name, ruleSetOf(name), truthOf(name), tally);
  console.log(
    `ufw, ${what}: ${tally.probes} probes of ${cases.length} cases, ${tally.wrong.length} wrong, ${tally.depends} depend, ` +
      `${tally.stateful} of them on who came before`,
  );
  return tally;
};

describe.skipIf(!there)(`ufw of the corpus${there ? '' : ' (no KEYWARD_CORPUS)'}`, () => {
  it('lets in whom ufw let in, by its files', () => {
    const tally = run(fromFiles, 'files');
    expect(tally.wrong).toEqual([]);
    expect((tally.depends - tally.stateful) / tally.probes).toBeLessThan(0.05);
    expect(cases.length).toBeGreaterThan(20);
  });

  it('says the same of the files as of what iptables-save printed afterwards', () => {
    const wrong = cases.flatMap((name) => {
      const answers = (ruleSet: RuleSet): string => {
        const tally: Tally = { probes: 0, depends: 0, stateful: 0, routes: 0, wrong: [], said: [] };
        judge(name, ruleSet, truthOf(name), tally);
        return JSON.stringify(tally.said);
      };
      return answers(fromFiles(name)) === answers(fromKernel(name)) ? [] : [name];
    });
    expect(wrong).toEqual([]);
  });

  it('finds nothing in the files that ufw would not load', () => {
    const fatal = cases.flatMap((name) =>
      fromFiles(name)
        .problems.filter((problem) => problem.fatal)
        .map(({ reason, at }) => `${name}: ${reason} (${at.text})`),
    );
    expect(fatal).toEqual([]);
  });

  it('is never wrong by `ufw status` alone', () => {
    for (const form of ['verbose', 'numbered']) {
      // Files that were changed by hand do things that the status does not tell.
      const plain = cases.filter((name) => !existsSync(join(folder, name, 'before.rules')));
      const tally: Tally = { probes: 0, depends: 0, stateful: 0, routes: 0, wrong: [] };
      for (const name of plain)
        judge(name, parseUfwStatus(read(name, `ufw-status-${form}.txt`)), truthOf(name), tally);
      console.log(`ufw, status ${form}: ${tally.probes} probes, ${tally.depends} depend`);
      expect(tally.wrong).toEqual([]);
    }
  });
});
