import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditTargets,
  examine,
  known,
  loadSnapshot,
  reportNames,
  reports,
  saveSnapshot,
  targetName,
  type Audit,
  type Evidence,
} from '../../src/index.ts';
import { matrixServer } from '../live/support/servers.ts';
import { completeFacts } from './complete-facts.ts';
import { mutated, mutationsOf, type Path } from './mutations.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 100;
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
// A table is most of a snapshot and little of what is judged: some of its commands stand for all.
const kept =
  /^(config|acl|get|set|eval|debug|module|flushall|replicaof|client|monitor|keys|sync|migrate)(\||$)/;

const folder = mkdtempSync(join(tmpdir(), 'keyward-mutated-'));
const file = join(folder, 'mutated.json');
const complete = Object.fromEntries(
  Object.entries(completeFacts).map(([name, value]) => [name, known(value, name)]),
) as unknown as Evidence['facts'];
let bases: readonly Evidence[] = [];

/** A real server; what was not to be had of it is taken from one of which everything is known. */
beforeAll(async () => {
  const server = await matrixServer('redis-7.0').start([
    'user app on >pass ~app:* +@read',
    'protected-mode no',
  ]);
  try {
    await saveSnapshot(file, await auditTargets([`redis://127.0.0.1:${server.port}`]));
  } finally {
    await server.stop();
  }
  const [real] = (JSON.parse(readFileSync(file, 'utf8')) as { evidence: Evidence[] }).evidence;
  if (!real) throw new Error('the server was not audited');
  const facts = Object.fromEntries(
    Object.entries(real.facts).map(([name, fact]) => [
      name,
      fact.known ? fact : complete[name as keyof Evidence['facts']],
    ]),
  ) as unknown as Evidence['facts'];
  const { commandReply } = facts;
  if (!commandReply.known) throw new Error('the server told no commands');
  const commands = commandReply.value.commands.filter(({ name }) => kept.test(name));
  bases = [
    { ...real, facts: { ...facts, commandReply: known({ ...commandReply.value, commands }, 'COMMAND') } },
    { ...real, facts: complete },
  ];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a mutated snapshot', () => {
  it('is refused in a sentence, or audited and said in every form', async () => {
    const renders = await Promise.all(
      reportNames.map(async (name) => [name, (await reports[name].load()).render] as const),
    );
    const count = { refused: 0, audited: 0 };
    const roots: readonly Path[] = [
      ['target'],
      ['collectedAt'],
      ...Object.keys(complete).map((name) => ['facts', name, 'value']),
    ];
    const cases = fc.constantFrom(0, 1).chain((which) => {
      const base = bases[which];
      return mutationsOf(base, roots).map((mutations) => mutated(base, mutations));
    });
    await fc.assert(
      fc.asyncProperty(cases, fc.boolean(), async (evidence, verbose) => {
        writeFileSync(
          file,
          JSON.stringify({ schema: 'keyward.snapshot/1', version: '0.1.0', evidence: [evidence] }),
        );
        const loaded = await loadSnapshot(file);
        if ('problem' in loaded) {
          count.refused++;
          expect(loaded.problem).toMatch(/mutated\.json is no snapshot as Keyward saves them, .*--save$/);
          expect(loaded.problem).not.toMatch(unprintable);
          return;
        }
        count.audited++;
        const servers = await Promise.all(loaded.evidence.map((one) => examine(targetName(one.target), one)));
        const audit: Audit = { schema: 'keyward.audit/1', version: '0.1.0', servers, failures: [] };
        for (const [name, render] of renders) {
          const text = render(audit, { color: false, width: 80, verbose });
          expect(unprintable.exec(text.replaceAll('\r\n', '\n'))?.[0], name).toBeUndefined();
        }
      }),
      { numRuns: runs },
    );
    // Both ways were gone.
    expect(Math.min(count.refused, count.audited)).toBeGreaterThan(runs / 20);
  }, 900_000);
});
