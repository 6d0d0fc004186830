/** A fleet is asked by threads: what comes of it is what one thread finds, server by server. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { collectingThreads } from '../../../src/apps/library/collect-in-threads.ts';
import { parseTarget } from '../../../src/apps/library/parse-target.ts';
import { auditTargets } from '../../../src/index.ts';
import { matrix } from '../support/servers.ts';

const addressesEach = 16;
const kinds = matrix.filter(({ atLeast }) => atLeast(6, 0)).slice(-2);
const running: RunningServer[] = [];
const targets: string[] = [];

beforeAll(async () => {
  for (let n = 0; n < 4; n++) {
    const addresses = Array.from({ length: addressesEach }, (_, i) => `127.79.${n + 1}.${i + 1}`);
    const conf = [`bind ${addresses.join(' ')}`, ...(n === 0 ? ['requirepass "same old password"'] : [])];
    const server = await kinds[n % kinds.length]?.start(conf);
    if (server === undefined) throw new Error('no server is here');
    running.push(server);
    for (const host of addresses) targets.push(`redis://${host}:${server.port}`, `${host}:${server.port}`);
  }
  targets.push('redis://127.79.99.1:1');
}, 60_000);
afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
});

const plain = async (some: readonly string[]) => {
  const { servers, failures } = await auditTargets(some, { host: false });
  const tables = servers.flatMap(({ evidence: { facts } }) =>
    facts.commandReply.known ? [facts.commandReply.value] : [],
  );
  return {
    failures,
    tables: new Set(tables).size,
    commands: tables.map(({ commands }) => commands.length),
    servers: servers.map(
      ({ name, health, findings, unknowns, passed, notApplicable, missing, evidence }) => ({
        name,
        health,
        missing,
        unknowns,
        passed,
        notApplicable,
        findings: findings.map(({ check, severity, opens }) => ({ check, severity, opens })),
        commands: evidence.facts.commandReply,
        door: evidence.facts.door,
      }),
    ),
  };
};

it('is found by several threads as by one', { timeout: 120_000 }, async () => {
  const threads = collectingThreads(targets.map((target) => parseTarget(target, () => false)));
  expect(threads, 'this machine has one core, where no thread is worth its while').toBeGreaterThan(0);
  const whole = await plain(targets);
  expect(whole.servers.length).toBeGreaterThan(64);
  expect(whole.failures.length).toBeGreaterThan(0);
  const half = targets.length >> 1;
  const [first, second] = [await plain(targets.slice(0, half)), await plain(targets.slice(half))];
  expect(whole.failures).toEqual([...first.failures, ...second.failures]);
  expect(whole.servers).toEqual([...first.servers, ...second.servers]);
  expect(whole.commands).toEqual([...first.commands, ...second.commands]);
  expect(whole.tables, 'equal servers share a table').toBe(kinds.length);
});
