import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { connectCloud } from './cloud-api.ts';
import { planCloudChange } from './plan-cloud-change.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-cloud-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const only = { mode: 'only', ports: [[6379, 6379]], sources: ['10.0.0.0/8'] } as const;
const rule = {
  IpProtocol: 'tcp',
  FromPort: 6379,
  ToPort: 6379,
  IpRanges: [{ CidrIp: '0.0.0.0/0' }],
};

describe('a change to what a cloud printed', () => {
  it('finds out whose it is, and speaks its words', async () => {
    const groups = file(
      'groups.json',
      JSON.stringify({ SecurityGroups: [{ GroupId: 'sg-1', IpPermissions: [rule] }] }),
    );
    const { text } = await planCloudChange([groups], only);
    expect(text).toContain('aws ec2 authorize-security-group-ingress --group-id sg-1');
    expect((await planCloudChange([groups], only, { undo: true })).text.indexOf('revoke')).toBeGreaterThan(0);
    const policy = file(
      'policy.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: r, labels: {app: redis}}\n',
    );
    const { change } = await planCloudChange([policy], { ...only, target: ['app=redis'] });
    expect(change.cloud).toBe('kubernetes');
  });

  it.each([
    ['a file that is not there', 'missing.json', undefined],
    ['what no cloud printed', 'other.json', '{"some": "thing"}'],
    ['a document that is cut off', 'cut.json', '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": ['],
    ['two clouds at once', 'two.json', '[{"IpPermissions": []}, {"securityRules": []}]'],
  ])('is refused of %s', async (_, name, text) => {
    const path = text === undefined ? join(folder, name) : file(name, text);
    await expect(planCloudChange([path], only)).rejects.toThrow(UsageError);
  });
});

describe('a place of a cloud', () => {
  it.each(['aws', 'aws:eu-west-1', 'azure:s/g', 'gcp:p', 'kubernetes', 'kubernetes:c'])('is %s', (place) => {
    expect(connectCloud(place).cloud).toBe(place.split(':')[0]);
  });
  it.each(['', 'azure', 'azure:s', 'gcp', 'gcp:', 'other:x'])('is not %s', (place) => {
    expect(() => connectCloud(place)).toThrow(UsageError);
  });
});
