import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseTerraform } from '../../terraform/index.ts';
import { through } from '../prove.ts';
import {
  changeCloud,
  type CloudChange,
  type CloudForm,
  type CloudName,
  type CloudWish,
  printChange,
} from '../index.ts';

type Proved = Extract<CloudChange, { readonly steps: unknown }>;
const ports = [[6379, 6379]] as const;

const odd = 'it\'s ${var.x} %{if} "red" $(id) `id`';
const documents: Readonly<Record<CloudName, unknown>> = {
  aws: {
    SecurityGroups: [
      {
        GroupId: 'sg-1',
        GroupName: odd,
        Description: odd,
        VpcId: 'vpc-1',
        OwnerId: '1',
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: 6379,
            ToPort: 6379,
            IpRanges: [{ CidrIp: '0.0.0.0/0', Description: odd }],
          },
          {
            IpProtocol: 'tcp',
            FromPort: 16379,
            ToPort: 16379,
            UserIdGroupPairs: [{ GroupId: 'sg-1', UserId: '1' }],
          },
          {
            IpProtocol: 'tcp',
            FromPort: 22,
            ToPort: 22,
            Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32', Description: odd }],
          },
        ],
      },
    ],
  },
  azure: {
    name: 'nsg1',
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg1',
    securityRules: [
      {
        name: 'redis',
        priority: 200,
        direction: 'Inbound',
        access: 'Allow',
        protocol: 'Tcp',
        sourcePortRange: '*',
        sourceAddressPrefix: '*',
        destinationAddressPrefix: '*',
        destinationPortRange: '6379',
        description: odd,
      },
    ],
  },
  gcp: [
    {
      name: 'redis',
      network: 'https://www.googleapis.com/compute/v1/projects/p/global/networks/n',
      direction: 'INGRESS',
      priority: 900,
      sourceRanges: ['0.0.0.0/0'],
      allowed: [{ IPProtocol: 'tcp', ports: ['6379'] }],
      description: odd,
    },
  ],
  kubernetes: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'd', resourceVersion: '17', uid: 'u', annotations: { why: odd } },
    spec: {
      podSelector: { matchLabels: { app: 'redis' } },
      ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 6379 }] }],
    },
  },
};

function proved(cloud: CloudName, wish: Partial<CloudWish> = {}): Proved {
  const change = changeCloud(cloud, [{ text: JSON.stringify(documents[cloud]) }], {
    mode: 'only',
    ports,
    sources: ['10.0.0.0/8'],
    ...(cloud === 'kubernetes' ? { target: ['app=redis'] } : {}),
    ...wish,
  });
  if ('refused' in change) throw new Error(change.refused);
  return change;
}

function printed(change: Proved, form: CloudForm): string {
  const out = printChange(change, form);
  if ('problem' in out) throw new Error(out.problem);
  return out.text;
}

/** What a shell hands to the programs of a script, each a list of words; the programs here only write them down. */
function wordsOf(script: string): readonly (readonly string[])[] {
  const probe = ['aws', 'az', 'gcloud', 'kubectl']
    .map(
      (name) =>
        `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; case "$*" in *"-f -"*) cat; printf '\\0';; esac; }`,
    )
    .join('\n');
  const out = execFileSync('/bin/sh', ['-c', `${probe}\n${script}`], {
    encoding: 'utf8',
    env: {},
    stdio: 'pipe',
  });
  return out
    .split('\n\0')
    .map((part) => part.split('\0').filter(Boolean))
    .filter((words) => words.length > 0);
}

const wayBackOf = (script: string): string =>
  script
    .slice(script.indexOf('# The way back:'))
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^# ?/, ''))
    .join('\n');

describe('a change as commands', () => {
  it('reaches aws as it stands, whatever was written into descriptions', () => {
    const script = printed(proved('aws'), 'aws-cli');
    const json = wordsOf(script).map((words) => [words[2], JSON.parse(words.at(-1) ?? '') as unknown]);
    expect(json).toEqual([
      [
        'authorize-security-group-ingress',
        [{ IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
      ],
      [
        'revoke-security-group-ingress',
        [{ IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      ],
    ]);
    const back = wordsOf(wayBackOf(script)).map((words) => [
      words[2],
      JSON.parse(words.at(-1) ?? '') as unknown,
    ]);
    expect(back[0]).toEqual([
      'authorize-security-group-ingress',
      [
        {
          IpProtocol: 'tcp',
          FromPort: 6379,
          ToPort: 6379,
          IpRanges: [{ CidrIp: '0.0.0.0/0', Description: odd }],
        },
      ],
    ]);
  });

  it('names the resource group of az, or asks for it', () => {
    expect(wordsOf(printed(proved('azure'), 'az'))[0]).toEqual(
      'az network nsg rule update --resource-group g --nsg-name nsg1 --name redis --source-address-prefixes 10.0.0.0/8'.split(
        ' ',
      ),
    );
    const change = proved('azure');
    const { id: _, ...without } = change.objects[0] ?? {};
    const script = printed({ ...change, objects: [without] }, 'az');
    expect(() => wordsOf(script)).toThrow(/RESOURCE_GROUP/);
    expect(wordsOf(`RESOURCE_GROUP='a b'\n${script}`)[0]).toContain('a b');
  });

  it('tells gcloud only what changes', () => {
    expect(wordsOf(printed(proved('gcp'), 'gcloud'))).toEqual([
      ['gcloud', 'compute', 'firewall-rules', 'update', 'redis', '--project=p', '--source-ranges=10.0.0.0/8'],
    ]);
  });

  it('gives kubectl whole policies, the changed one in place of the version that was read', () => {
    const script = printed(proved('kubernetes', { sources: ['pods:app=web'] }), 'kubectl');
    const texts = [...script.matchAll(/<<'KEYWARD'\n([^]*?)\nKEYWARD\n/g)].map(
      (match) => parse(match[1] ?? '') as unknown,
    );
    expect(texts).toMatchObject([
      { metadata: { name: 'keyward-only-redis-6379' } },
      { metadata: { name: 'p', resourceVersion: '17', annotations: { why: odd } }, spec: { ingress: [] } },
    ]);
    expect(JSON.stringify(texts)).not.toContain('uid');
    expect(parse(/<<'KEYWARD'\n([^]*?)\nKEYWARD\n/.exec(wayBackOf(script))?.[1] ?? '')).toMatchObject({
      metadata: { name: 'p' },
      spec: { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] },
    });
    expect(wayBackOf(script)).not.toContain('resourceVersion');
  });

  it('is refused in the words of another cloud', () => {
    expect(printChange(proved('aws'), 'az')).toMatchObject({
      problem: expect.stringContaining('aws-cli') as string,
    });
  });
});

describe('a change as Terraform', () => {
  it.each(['aws', 'azure', 'gcp', 'kubernetes'] as const)(
    'of %s is read back as what was wished',
    (cloud) => {
      const text = printed(proved(cloud), 'terraform');
      const { ruleSets, problems } = parseTerraform([{ text, file: 'change.tf' }], {
        networks: ['10.0.0.0/8'],
        instance: { tags: [] },
      });
      expect(problems.filter(({ fatal }) => fatal)).toEqual([]);
      const open = ruleSets.map((ruleSet) => through(ruleSet, 6379).certain.ipv4.bounds.toString());
      expect(open).toContain(`${10 * 2 ** 24},${11 * 2 ** 24}`);
      if (cloud !== 'kubernetes') expect(text).toContain('import {');
      expect(text.replaceAll('$${', '')).not.toContain('${');
    },
  );

  it('says what it needs', () => {
    const { cloud: _, ...change } = proved('aws');
    const short = { ...change, cloud: 'aws' as const, wanted: [{ GroupId: 'sg-1' }] };
    expect(printChange(short, 'terraform')).toMatchObject({
      problem: expect.stringContaining('describe-security-groups') as string,
    });
  });
});

describe('texts that act', () => {
  /** A group whose rule was described by somebody else. */
  const described = (Description: string, GroupName = 'g'): Proved => {
    const rule = { IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379 };
    const IpPermissions = [{ ...rule, IpRanges: [{ CidrIp: '0.0.0.0/0', Description }] }];
    const text = JSON.stringify({
      SecurityGroups: [{ GroupId: 'sg-1', GroupName, Description: 'd', IpPermissions }],
    });
    const wish = { mode: 'only', ports, sources: ['10.0.0.0/8'] } as const;
    const change = changeCloud('aws', [{ text }], wish);
    if ('refused' in change) throw new Error(change.refused);
    return change;
  };

  it.each(['\u009b31m', '\u202e', '\u0000', '\ud800'])(
    'are refused in words, and numbered in JSON: %j',
    (mark) => {
      const change = described(`a${mark}b`, `g${mark}`);
      expect([printChange(change, 'aws-cli'), printChange(change, 'terraform')]).toEqual([
        { problem: expect.stringContaining('write json') as string },
        { problem: expect.stringContaining('write json') as string },
      ]);
      const text = printed(change, 'json');
      expect(text).not.toContain(mark);
      expect(JSON.stringify(JSON.parse(text))).toContain(JSON.stringify(`a${mark}b`));
    },
  );

  it('of a name do not end a comment of Terraform', () => {
    const rule = {
      network: 'n',
      direction: 'INGRESS',
      priority: 900,
      allowed: [{ IPProtocol: 'tcp', ports: ['6379'] }],
    };
    const name = 'x\nresource "evil" "y" {}\n#';
    const text = JSON.stringify([
      { ...rule, name: 'open', sourceRanges: ['0.0.0.0/0'] },
      { ...rule, name, sourceTags: ['other'] },
    ]);
    const change = changeCloud('gcp', [{ text }], { mode: 'only', ports, sources: ['10.0.0.0/8'] });
    if ('refused' in change) throw new Error(change.refused);
    const out = printChange(change, 'terraform');
    expect(out).toHaveProperty('text', expect.stringContaining('goes: remove its block'));
    expect(JSON.stringify(out)).not.toContain('\\nresource \\"evil');
  });

  it('keep a backslash before a letter', () => {
    expect(printed(described('CORP\\bob'), 'terraform')).toContain('CORP\\\\bob');
  });
});

describe('a printed way back', () => {
  it('of GCP has the description and the logging of a rule that went, and a denial waits for who is allowed', () => {
    const rule = { network: 'projects/p/global/networks/n', direction: 'INGRESS', priority: 900 };
    const allowed = [{ IPProtocol: 'tcp', ports: ['6379'] }];
    const logConfig = { enable: true, metadata: 'EXCLUDE_ALL_METADATA' };
    const one = { ...rule, name: 'one', description: 'why', logConfig, allowed };
    const ask = (...rules: readonly object[]): Proved => {
      const wish = { mode: 'only', ports, sources: ['10.0.0.0/8'] } as const;
      const change = changeCloud('gcp', [{ text: JSON.stringify(rules) }], wish);
      if ('refused' in change) throw new Error(change.refused);
      return change;
    };
    const open = { ...one, sourceRanges: ['0.0.0.0/0'] };
    const change = ask(open, { ...open, name: 'two' });
    expect(change.steps.filter(({ after }) => !after)).toHaveLength(1);
    expect(wayBackOf(printed(change, 'gcloud'))).toMatch(
      /--description=why. --enable-logging .--logging-metadata=exclude-all/,
    );
    expect(printed(change, 'terraform')).toContain('log_config {');
    const wide = ask({ ...open, allowed: [{ IPProtocol: 'all' }] });
    expect(printed(wide, 'terraform')).toMatch(/depends_on += \[google_compute_firewall\./);
  });

  it('quotes what YAML 1.1 takes for something else than text', () => {
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'r', namespace: 'd', labels: { app: 'yes' } },
      spec: {},
    });
    const change = changeCloud('kubernetes', [{ text }], {
      mode: 'only',
      ports,
      sources: ['10.0.0.0/8'],
      target: ['app=yes'],
    });
    if ('refused' in change) throw new Error(change.refused);
    expect(printed(change, 'kubectl')).toContain('app: "yes"');
  });
});

describe('a change as JSON', () => {
  it('has the way back beside it', () => {
    const { steps, back } = JSON.parse(printed(proved('aws'), 'json')) as {
      steps: unknown[];
      back: unknown[];
    };
    expect([steps.length, back.length]).toEqual([2, 2]);
  });
});
