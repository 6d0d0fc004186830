/** Readers of clouds and manifests against documents that are broken, cut off, or made to hurt. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAws } from '../../../src/catalog/firewalls/aws/index.ts';
import { parseAzure } from '../../../src/catalog/firewalls/azure/index.ts';
import type { CloudReading } from '../../../src/catalog/firewalls/cloud-shared/index.ts';
import { parseCompose } from '../../../src/catalog/firewalls/docker-compose/index.ts';
import { parseGcp } from '../../../src/catalog/firewalls/gcp/index.ts';
import { parseKubernetes } from '../../../src/catalog/firewalls/kubernetes/index.ts';
import { parseTerraform } from '../../../src/catalog/firewalls/terraform/index.ts';
import { answersFor, reaches } from './clouds-reach.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 5000 : 60;

const bytes = fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some).toString('latin1'));

const group = {
  GroupId: 'sg-1',
  IpPermissions: [{ IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
};
const azureRule = {
  name: 'a',
  priority: 100,
  access: 'Allow',
  direction: 'Inbound',
  protocol: 'Tcp',
  sourcePortRange: '*',
  sourceAddressPrefix: '10.0.0.0/8',
  destinationAddressPrefix: '*',
  destinationPortRange: '6379',
};
const gcpRule = {
  name: 'a',
  network: 'n',
  direction: 'INGRESS',
  sourceRanges: ['10.0.0.0/8'],
  allowed: [{ IPProtocol: 'tcp', ports: ['6379'] }],
};
const policy = {
  kind: 'NetworkPolicy',
  apiVersion: 'networking.k8s.io/v1',
  metadata: { name: 'p' },
  spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] },
};
const compose = { services: { redis: { image: 'redis', ports: ['127.0.0.1:6379:6379'] } } };
const plan = {
  format_version: '1.0',
  planned_values: {
    root_module: {
      resources: [
        {
          address: 'aws_security_group.r',
          type: 'aws_security_group',
          name: 'r',
          values: {
            ingress: [{ from_port: 6379, to_port: 6379, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] }],
          },
        },
      ],
    },
  },
};

const readers: readonly (readonly [string, object, (text: string) => CloudReading])[] = [
  ['aws', { SecurityGroups: [group] }, (text) => parseAws([{ text }])],
  ['azure', { name: 'n', securityRules: [azureRule] }, (text) => parseAzure([{ text }])],
  ['gcp', [gcpRule] as object, (text) => parseGcp([{ text }])],
  ['kubernetes', policy, (text) => parseKubernetes([{ text }])],
  ['compose', compose, (text) => parseCompose([{ text }])],
  ['terraform', plan, (text) => parseTerraform([{ text, file: 'plan.json' }])],
];

/** Puts something else in the place of one value. */
const spoiled = (value: object, place: number, other: unknown): string => {
  let at = 0;
  return JSON.stringify(value, (_, inner: unknown) => (at++ === place ? other : inner));
};

describe.each(readers)('the reader of %s', (_, sample, parse) => {
  it('says of a document that is cut off that it is undecided', () => {
    const text = JSON.stringify(sample, null, 1);
    for (let cut = 1; cut < text.length - 1; cut += Math.ceil(text.length / 40)) {
      const { ruleSets, problems } = parse(text.slice(0, cut));
      expect(problems.some(({ fatal }) => fatal)).toBe(true);
      expect(ruleSets.some((ruleSet) => reaches([ruleSet], '8.8.8.8') !== 'no')).toBe(ruleSets.length > 0);
    }
  });

  it('throws at nothing, whatever stands in the place of a value', () => {
    const others = fc.oneof(
      fc.constantFrom(
        null,
        true,
        -1,
        1e308,
        '',
        '*',
        '__proto__',
        '${',
        '[',
        'a'.repeat(5000),
        [],
        {},
        [[]],
        [null],
        { a: null },
      ),
      fc.json().map((text) => JSON.parse(text) as unknown),
    );
    fc.assert(
      fc.property(fc.nat({ max: 25 }), others, (place, other) => {
        const { ruleSets, problems } = parse(spoiled(sample, place, other) ?? '');
        for (const ruleSet of ruleSets) answersFor([ruleSet], 'ipv4');
        expect(problems.length).toBeLessThan(500);
      }),
      { numRuns },
    );
  });

  it('throws at no text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), bytes), (text) => {
        expect(() => parse(text)).not.toThrow();
      }),
      { numRuns },
    );
  });

  it.each([
    ['lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['objects', `${'{"SecurityGroups":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('refuses ten thousand nested %s', (_, text) => {
    const { ruleSets, problems } = parse(text);
    expect(problems.some(({ fatal }) => fatal)).toBe(true);
    expect(ruleSets.every((ruleSet) => reaches([ruleSet], '8.8.8.8') === 'depends')).toBe(true);
  });

  it('shows no control characters', () => {
    const text = JSON.stringify(sample)
      .replaceAll('10.0.0.0/8', '\\u001b[2J\\u0007\\u009b')
      .replaceAll('127.0.0.1', '\\u001b[2J');
    const { ruleSets, problems } = parse(text);
    const words: string[] = [];
    JSON.stringify([ruleSets, problems], (_, value: unknown) => {
      if (typeof value === 'string') words.push(value);
      return typeof value === 'bigint' ? 0 : value;
    });
    expect(words.length).toBeGreaterThan(5);
    expect(words.filter((word) => /[\u0000-\u001f\u007f-\u009f]/.test(word))).toEqual([]);
  });
});

describe('a document that could not be read', () => {
  it('leaves nothing certain beside it: it may hold the rule that decides', () => {
    const broken = { text: '{"kind": "NetworkPolicy", ' };
    for (const { ruleSets } of [
      parseAws([{ text: JSON.stringify({ SecurityGroups: [group] }) }, broken]),
      parseKubernetes([{ text: JSON.stringify(policy) }, broken]),
      parseTerraform([
        { text: JSON.stringify(plan), file: 'plan.json' },
        { ...broken, file: 'other.json' },
      ]),
    ]) {
      expect(ruleSets.length).toBe(2);
      for (const ruleSet of ruleSets) expect(reaches([ruleSet], '8.8.8.8')).toBe('depends');
    }
  });
});

describe('documents of another kind', () => {
  it.each(readers.slice(0, 3))('are not taken for %s', (_, __, parse) => {
    expect(parse('{"some": "thing"}').problems).toMatchObject([{ fatal: true }]);
  });

  it('are told from manifests and compose files', () => {
    expect(parseKubernetes([{ text: 'some: thing' }]).problems).toMatchObject([{ fatal: true }]);
    expect(parseCompose([{ text: 'some: thing' }]).problems).toMatchObject([{ fatal: true }]);
  });
});
