import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyward } from './keyward.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-cloud-cli-'));
const groups = join(folder, 'groups.json');
beforeAll(() => {
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
  ];
  writeFileSync(groups, JSON.stringify({ SecurityGroups: [{ GroupId: 'sg-1', IpPermissions }] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cloud = (...args: readonly string[]) => keyward(['firewall', 'cloud', ...args]);

describe('keyward firewall cloud', () => {
  it('prints a change and ends with 1, and with 0 where it is so', async () => {
    const change = await cloud('only', '10.0.0.0/8', '--file', groups);
    expect([change.code, change.out.split('\n')[0]]).toEqual([1, '#!/bin/sh']);
    expect(change.err).toContain('not looked at');
    const same = await cloud('only', '0.0.0.0/0', '--file', groups);
    expect([same.code, same.out]).toEqual([0, '# Nothing to do: it is so already.\n']);
  });

  it('prints the way back with --undo', async () => {
    const { code, out } = await cloud('only', '10.0.0.0/8', '--file', groups, '--undo');
    expect(code).toBe(1);
    const script = out.slice(0, out.indexOf('# The way back:'));
    expect(script.indexOf('authorize')).toBeGreaterThan(0);
    expect(script.slice(script.indexOf('authorize'))).toMatch(/0\.0\.0\.0\/0[^]*revoke[^]*10\.0\.0\.0\/8/);
  });

  it.each([
    ['--yes without a cloud', ['--file', groups, '--yes']],
    ['--yes with --undo', ['--api', 'gcp:p', '--yes', '--undo']],
    ['a file and a cloud', ['--file', groups, '--api', 'gcp:p']],
    ['neither', []],
    ['a place of no cloud', ['--api', 'other:p', '--yes']],
    ['words of another cloud', ['--file', groups, '--as', 'az']],
    ['a port that is none', ['--file', groups, '--port', '65536']],
  ])('ends with 2 and changes nothing: %s', async (_, args) => {
    const { code, out } = await cloud('only', '10.0.0.0/8', ...args);
    expect([code, out]).toEqual([2, '']);
  });
});
