import { describe, expect, it } from 'vitest';
import { contains } from '../../../src/lang/packets/index.ts';
import { parseAws } from '../../../src/catalog/firewalls/aws/index.ts';
import { parseAzure } from '../../../src/catalog/firewalls/azure/index.ts';
import { parseGcp } from '../../../src/catalog/firewalls/gcp/index.ts';
import { parseCompose } from '../../../src/catalog/firewalls/docker-compose/index.ts';
import { type KnownPod, parseKubernetes } from '../../../src/catalog/firewalls/kubernetes/index.ts';
import { parseTerraform } from '../../../src/catalog/firewalls/terraform/index.ts';
import type { CloudReading } from '../../../src/catalog/firewalls/cloud-shared/index.ts';
import { type Expected, hasCorpus, namesOf, textOf, truthOf } from './clouds-corpus.ts';
import { answersFor } from './clouds-reach.ts';

/** An address that only a member of a group has. */
const member = '172.31.7.7';

const podOf = (namespace: string, labels: Readonly<Record<string, string>>, address: string): KnownPod => ({
  namespace,
  labels,
  addresses: [address],
});

/** The words of the tables for who asks. */
const pods: Readonly<Record<string, KnownPod>> = {
  'pod role=api, ns labelled team=a': podOf('a', { role: 'api' }, '172.31.1.1'),
  'pod role=web, ns labelled team=a': podOf('a', { role: 'web' }, '172.31.1.2'),
  'pod role=api, ns default': podOf('default', { role: 'api' }, '172.31.1.3'),
  'any pod': podOf('default', { some: 'pod' }, '172.31.1.4'),
};

function reached(reading: CloudReading, source: string, id?: string): boolean | 'unknown' {
  const family = source.includes(':') ? 'ipv6' : 'ipv4';
  const ruleSets = reading.ruleSets.filter(({ subject }) => id === undefined || subject.id === id);
  const answers = ruleSets
    .flatMap((one) => answersFor([one], family))
    .filter(({ sources }) => contains(sources, source));
  if (answers.some((answer) => answer.reach === 'certain')) return true;
  return answers.some((answer) => answer.reach === 'depends') ? 'unknown' : false;
}

const judge = (expected: readonly Expected[], answer: (one: Expected) => boolean | 'unknown'): void => {
  for (const one of expected) expect({ ...one, reach: answer(one) }).toEqual(one);
};

describe.skipIf(!hasCorpus)('traps of clouds', () => {
  it.each(namesOf('cloud-traps', /^aws_.*\.json$(?<!truth\.json)/))('%s', (name) => {
    const text = textOf('cloud-traps', name);
    const group = name.includes('group-reference') ? 'sg-redis' : 'sg-0a1';
    judge(truthOf(name).expect, ({ src, src_group }) => {
      const members = {
        'sg-redis': [],
        'sg-0a1': [],
        'sg-app': [],
        ...(src_group && { [src_group]: [member] }),
      };
      return reached(parseAws([{ text }], { members }), src ?? member, group);
    });
  });

  it.each(namesOf('cloud-traps', /^azure_.*\.json$(?<!truth\.json)/))('%s', (name) => {
    const reading = parseAzure([{ text: textOf('cloud-traps', name) }], {
      networks: ['10.0.0.0/16'],
      members: { web: [] },
    });
    judge(truthOf(name).expect, ({ src }) => reached(reading, src ?? member));
  });

  it.each(namesOf('cloud-traps', /^gcp_.*\.json$(?<!truth\.json)/))('%s', (name) => {
    const text = textOf('cloud-traps', name);
    judge(truthOf(name).expect, ({ src, src_tag, target_tags }) => {
      const members = { 'tag:web': src_tag === 'web' ? [member] : [] };
      return reached(parseGcp([{ text }], { members, instance: { tags: target_tags ?? [] } }), src ?? member);
    });
  });

  it.each(namesOf('cloud-traps', /^k8s_.*\.yaml$/))('%s', (name) => {
    const reading = parseKubernetes([{ text: textOf('cloud-traps', name) }], {
      pod: { namespace: 'default', labels: { app: 'redis' } },
      pods: Object.values(pods),
      namespaces: { default: {}, a: { team: 'a' } },
    });
    judge(truthOf(name).expect, ({ from = '' }) =>
      reached(reading, pods[from]?.addresses[0] ?? from, 'default/asked'),
    );
  });

  it.each(namesOf('cloud-traps', /^compose_.*\.yml$/))('%s', (name) => {
    const { services } = parseCompose([{ text: textOf('cloud-traps', name) }]);
    const redis = services.find((one) => one.name === 'redis');
    const { published } = JSON.parse(textOf('cloud-traps', `${name}.truth.json`)).expect as {
      readonly published:
        | string
        | readonly { readonly host_ip: string; readonly host_port: number | string }[];
    };
    if (typeof published === 'string') {
      expect(redis?.reachedBy).toBe(published.startsWith('host network') ? 'host' : 'internal');
      expect(redis?.published).toEqual([]);
      return;
    }
    const found = (redis?.published ?? [])
      .filter(({ containerPorts }) => String(containerPorts) === '6379,6379')
      .map(({ hostAddress, hostPorts }) => ({
        host_ip: hostAddress,
        host_port: typeof hostPorts === 'string' ? hostPorts : hostPorts[0],
      }));
    // Some tables leave out that IPv6 is published beside IPv4.
    const wanted = new Set(published.map(({ host_ip }) => host_ip));
    expect(found.filter(({ host_ip }) => host_ip !== '::' || wanted.has('::'))).toEqual(published);
  });

  it.each(namesOf('cloud-traps', /^tf_.*\.tf$/))('%s', (name) => {
    const reading = parseTerraform([{ text: textOf('cloud-traps', name), file: name }]);
    judge(truthOf(name).expect, ({ src }) => reached(reading, src ?? member));
  });
});
