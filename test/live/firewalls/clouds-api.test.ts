/**
 * Clouds by their own SDKs, over real connections, against servers of our own that speak their wire: none of it was ever
 * tried against the clouds themselves.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  carryOut,
  type CloudConnection,
  connectAws,
  connectAzure,
  connectGcp,
  connectKubernetes,
} from '../../../src/adapters/cloud/index.ts';
import {
  changeCloud,
  type CloudChange,
  type CloudWish,
} from '../../../src/catalog/firewalls/cloud-change/index.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { serveArm } from '../support/clouds/arm.ts';
import { serveCompute } from '../support/clouds/compute.ts';
import { type Ec2, serveEc2 } from '../support/clouds/ec2.ts';
import { serveKubeApi } from '../support/clouds/kube-api.ts';
import { hasPackage, load } from '../support/clouds/packages.ts';
import { Trouble } from '../support/clouds/serve.ts';

type Proved = Extract<CloudChange, { readonly steps: unknown }>;

const quick = { tries: 2, pause: 1 };
const wish = (more: Partial<CloudWish> = {}): CloudWish => ({
  mode: 'only',
  ports: [[6379, 6379]],
  sources: ['10.0.0.0/8'],
  ...more,
});

async function planned(connection: CloudConnection, wanted: CloudWish): Promise<Proved> {
  const change = changeCloud(connection.cloud, await connection.read(), wanted);
  if ('refused' in change) throw new Error(change.refused);
  return change;
}

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

const copy = <T>(value: T): T => structuredClone(value);

describe.skipIf(!hasPackage('@aws-sdk/client-ec2'))('EC2', () => {
  const open = {
    protocol: 'tcp',
    from: '6379',
    to: '6379',
    list: 'ipRanges',
    peer: '0.0.0.0/0',
    description: 'a & <b>',
  } as const;
  const state = (): Ec2 => ({
    groups: new Map([
      ['sg-0', []],
      ['sg-1', [open, { ...open, peer: '10.1.0.0/16' }, { ...open, list: 'groups', peer: 'sg-0' }]],
    ]),
    acls: new Map([
      [
        'acl-1',
        [
          { number: '100', protocol: '-1', action: 'allow', egress: 'false', cidr: '0.0.0.0/0' },
          { number: '100', protocol: '-1', action: 'allow', egress: 'true', cidr: '0.0.0.0/0' },
        ],
      ],
    ]),
    trouble: new Trouble(),
  });
  const connect = (endpoint: string): CloudConnection =>
    connectAws({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      load,
    });

  it('changes a group over several pages, and is as wished then', async () => {
    const ec2 = state();
    await using server = await serveEc2(ec2);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'sg-1' }));
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'done' });
    expect(
      ec2.groups
        .get('sg-1')
        ?.map(({ peer }) => peer)
        .toSorted(),
    ).toEqual(['10.0.0.0/8', '10.1.0.0/16']);
    expect((await planned(connection, wish({ owner: 'sg-1' }))).steps).toEqual([]);
  });

  it('changes an ACL', async () => {
    const ec2 = state();
    await using server = await serveEc2(ec2);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'acl-1' }));
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'done' });
    expect(ec2.acls.get('acl-1')?.filter(({ egress }) => egress === 'false')).toHaveLength(4);
  });

  it('does nothing to a group that was changed since', async () => {
    const ec2 = state();
    await using server = await serveEc2(ec2);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'sg-1' }));
    ec2.groups.get('sg-1')?.push({ ...open, peer: '198.51.100.0/24' });
    const before = copy(ec2.groups);
    expect(await carryOut(connection, change, quick)).toMatchObject({
      result: 'refused',
      because: expect.stringContaining('plan it again') as string,
    });
    expect(ec2.groups).toEqual(before);
  });

  it('undoes what was done when a call fails, with the descriptions that were there', async () => {
    const ec2 = state();
    const before = copy(ec2.groups);
    await using server = await serveEc2(ec2);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'sg-1' }));
    // The SDK tries three times by itself.
    for (let time = 0; time < 3; time++) ec2.trouble.plan('RevokeSecurityGroupIngress', time === 0 ? 1 : 0);
    const outcome = await carryOut(connection, change, quick);
    expect(outcome).toMatchObject({
      result: 'undone',
      because: expect.stringContaining('RequestLimitExceeded') as string,
    });
    const sorted = (groups: Ec2['groups']): unknown =>
      groups.get('sg-1')?.toSorted((a, b) => (a.peer < b.peer ? -1 : 1));
    expect(sorted(ec2.groups)).toEqual(sorted(before));
  });

  it.each(['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'])(
    'undoes what %s did though its answer was lost',
    async (action) => {
      const ec2 = state();
      await using server = await serveEc2(ec2);
      const connection = connect(server.url);
      const change = await planned(connection, wish({ owner: 'sg-1' }));
      ec2.trouble.plan(`cut ${action}`);
      expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'undone' });
      const peers = (groups: Ec2['groups']): unknown =>
        groups
          .get('sg-1')
          ?.map(({ peer }) => peer)
          .toSorted();
      expect(peers(ec2.groups)).toEqual(peers(state().groups));
    },
  );

  it('takes a rule that somebody else has made meanwhile for theirs, and leaves it', async () => {
    const ec2 = state();
    await using server = await serveEc2(ec2);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'sg-1', mode: 'deny', sources: ['10.1.0.0/16'] }));
    const outcome = await carryOut(connection, change, {
      ...quick,
      onStep: (_, did) => {
        const name = change.steps[did.length]?.name ?? '';
        if (did.length === 1) ec2.groups.get('sg-1')?.push({ ...open, peer: name.split(' ').at(-1) ?? '' });
      },
    });
    expect(outcome).toMatchObject({
      result: 'undone',
      because: expect.stringContaining('somebody else made it') as string,
    });
    expect(ec2.groups.get('sg-1')).toHaveLength(4);
  });
});

describe.skipIf(!hasPackage('@azure/arm-network'))('Azure Resource Manager', () => {
  const rule = (priority: number, port: string): Record<string, unknown> => ({
    priority,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourcePortRange: '*',
    sourceAddressPrefix: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: port,
  });
  const place = { subscription: 's', resourceGroup: 'g' };
  const state = () => ({
    groups: new Map([
      ['other', new Map([['ssh', rule(100, '22')]])],
      [
        'nsg1',
        new Map([
          ['redis', rule(200, '6379')],
          ['ssh', rule(300, '22')],
        ]),
      ],
    ]),
    trouble: new Trouble(),
  });
  const connect = (endpoint: string): CloudConnection =>
    connectAzure({
      ...place,
      endpoint,
      ca: certificates.authority.cert,
      credential: {
        getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }),
      },
      pause: 1,
      load,
    });

  it('changes a group, and waits for operations that take their time', async () => {
    const arm = state();
    await using server = await serveArm(arm, place, certificates.server);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'nsg1' }));
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'done' });
    expect(arm.groups.get('nsg1')?.get('redis')).toMatchObject({
      sourceAddressPrefix: '10.0.0.0/8',
      priority: 200,
    });
    expect(arm.groups.get('nsg1')?.get('keyward-deny-6379')).toMatchObject({
      access: 'Deny',
      priority: 4096,
    });
    expect(server.asked.some((line) => line.includes('/operations/'))).toBe(true);
  });

  it('undoes the first rule when the operation of the second one fails', async () => {
    const arm = state();
    const before = copy(arm.groups);
    await using server = await serveArm(arm, place, certificates.server);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'nsg1' }));
    arm.trouble.plan('PUT', 1);
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'undone' });
    expect(arm.groups).toEqual(before);
  });

  it('says what is left where the way back fails as well', async () => {
    const arm = state();
    await using server = await serveArm(arm, place, certificates.server);
    const connection = connect(server.url);
    const change = await planned(connection, wish({ owner: 'nsg1' }));
    arm.trouble.plan('PUT', 1);
    arm.trouble.plan('PUT', 1);
    const outcome = await carryOut(connection, change, quick);
    expect(outcome).toMatchObject({ result: 'stuck', left: [{ name: 'redis' }] });
  });
});

describe.skipIf(!hasPackage('google-auth-library'))('Compute Engine', () => {
  const network = 'https://www.googleapis.com/compute/v1/projects/p/global/networks/n';
  const rule = (name: string, port: string) => ({
    name,
    network,
    direction: 'INGRESS',
    priority: 900,
    disabled: false,
    sourceRanges: ['0.0.0.0/0'],
    allowed: [{ IPProtocol: 'tcp', ports: [port] }],
    logConfig: { enable: false },
  });
  const state = () => ({
    rules: new Map([
      ['ssh', rule('ssh', '22')],
      ['redis', rule('redis', '6379')],
    ]) as never,
    trouble: new Trouble(),
  });
  const connect = (endpoint: string): CloudConnection =>
    connectGcp({ project: 'p', endpoint, token: 't', load });

  it('makes and changes rules, and waits for the operations', async () => {
    const compute = state() as Parameters<typeof serveCompute>[0];
    await using server = await serveCompute(compute, 'p');
    const connection = connect(server.url);
    const change = await planned(connection, wish({ sources: ['10.0.0.0/8', 'tag:app'] }));
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'done' });
    expect(compute.rules.get('redis')).toMatchObject({ sourceRanges: ['10.0.0.0/8'] });
    expect([...compute.rules.values()].some((one) => JSON.stringify(one['sourceTags']) === '["app"]')).toBe(
      true,
    );
    expect(server.asked.some((line) => line.endsWith('/wait'))).toBe(true);
  });

  it('undoes what was done when an operation ends with an error', async () => {
    const compute = state() as Parameters<typeof serveCompute>[0];
    const before = copy(compute.rules);
    await using server = await serveCompute(compute, 'p');
    const connection = connect(server.url);
    const change = await planned(connection, wish({ sources: ['10.0.0.0/8', 'tag:app'] }));
    compute.trouble.plan('PUT');
    expect(await carryOut(connection, change, quick)).toMatchObject({
      result: 'undone',
      because: expect.stringContaining('rate') as string,
    });
    expect(compute.rules).toEqual(before);
  });
});

describe.skipIf(!hasPackage('google-auth-library'))('Compute Engine, with an answer that is lost', () => {
  const network = 'https://www.googleapis.com/compute/v1/projects/p/global/networks/n';
  const allowed = [{ IPProtocol: 'tcp', ports: ['6379'] }];
  const sourceRanges = ['0.0.0.0/0'];
  const redis = { name: 'redis', network, direction: 'INGRESS', priority: 900, sourceRanges, allowed };
  it.each([
    ['undoes what was done', false, 'undone'],
    ['is stuck where it cannot be told', true, 'stuck'],
  ] as const)('%s', async (_, never, result) => {
    const trouble = new Trouble();
    const compute = { rules: new Map([['redis', redis]]), trouble };
    await using server = await serveCompute(compute, 'p');
    const connection = connectGcp({ project: 'p', endpoint: server.url, token: 't', load });
    const change = await planned(connection, wish());
    trouble.plan(never ? 'never' : 'cut wait');
    expect(await carryOut(connection, change, quick)).toMatchObject({ result });
    expect(compute.rules.get('redis')).toMatchObject({ sourceRanges });
  });
});

describe.skipIf(!hasPackage('@kubernetes/client-node'))('the API of Kubernetes', () => {
  const policy = (name: string, cidr: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'd', resourceVersion: '17', labels: { own: 'yes', from: 'there' } },
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ protocol: 'TCP', port: 6379 }] }],
    },
  });
  const state = () => ({
    policies: new Map([
      ['d/web', policy('web', '10.0.0.0/8')],
      ['d/redis', policy('redis', '0.0.0.0/0')],
    ]) as Parameters<typeof serveKubeApi>[0]['policies'],
    pods: [
      {
        metadata: { name: 'r', namespace: 'd', labels: { app: 'redis' } },
        spec: { containers: [] },
        status: { podIP: '10.9.0.7', hostIP: '10.1.0.9' },
      },
    ],
    trouble: new Trouble(),
  });
  const connect = (server: string): CloudConnection =>
    connectKubernetes({
      load,
      kubeconfig: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        clusters: [
          {
            name: 'c',
            cluster: {
              server,
              'certificate-authority-data': Buffer.from(certificates.authority.cert).toString('base64'),
            },
          },
        ],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    });
  const only = wish({ sources: ['10.0.0.0/8', 'pods:app=web'], target: ['app=redis'], owner: 'd' });

  it('says which service hides who asks, and refuses pods that are not there', async () => {
    const services = [
      {
        metadata: { name: 'outside', namespace: 'd' },
        spec: { type: 'NodePort', selector: { app: 'redis' }, ports: [{ port: 6379, nodePort: 30_079 }] },
      },
    ];
    await using server = await serveKubeApi({ ...state(), services }, certificates.server);
    const documents = await connect(server.url).read();
    expect(changeCloud('kubernetes', documents, only)).toMatchObject({
      notes: expect.arrayContaining([expect.stringContaining('service outside hides')]) as string[],
    });
    expect(changeCloud('kubernetes', documents, { ...only, target: ['app=valkey'] })).toMatchObject({
      refused: expect.stringContaining('no pod of namespace d') as string,
    });
  });

  it('makes one policy and changes another, in place of the version that was read', async () => {
    const kube = state();
    await using server = await serveKubeApi(kube, certificates.server);
    const connection = connect(server.url);
    const change = await planned(connection, only);
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'done' });
    expect(kube.policies.get('d/redis')).toMatchObject({
      metadata: { labels: { own: 'yes', from: 'there' } },
      spec: { ingress: [] },
    });
    expect(kube.policies.get('d/keyward-only-redis-6379')?.spec).toMatchObject({
      ingress: [
        { from: [{ ipBlock: { cidr: '10.0.0.0/8' } }, { podSelector: { matchLabels: { app: 'web' } } }] },
      ],
    });
  });

  it.each(['PUT', 'cut POST'])('undoes what was done when a call fails: %s', async (trouble) => {
    const kube = state();
    const before = copy(kube.policies);
    await using server = await serveKubeApi(kube, certificates.server);
    const connection = connect(server.url);
    const change = await planned(connection, only);
    kube.trouble.plan(trouble);
    expect(await carryOut(connection, change, quick)).toMatchObject({ result: 'undone' });
    expect(kube.policies).toEqual(before);
  });

  it('leaves a policy that somebody changed meanwhile', async () => {
    const kube = state();
    await using server = await serveKubeApi(kube, certificates.server);
    const connection = connect(server.url);
    const change = await planned(connection, only);
    const outcome = await carryOut(connection, change, {
      ...quick,
      onStep: () => void kube.policies.set('d/redis', policy('redis', '192.0.2.0/24')),
    });
    expect(outcome).toMatchObject({
      result: 'undone',
      because: expect.stringContaining('changed by somebody else') as string,
    });
    expect([...kube.policies.keys()]).toEqual(['d/web', 'd/redis']);
    expect(JSON.stringify(kube.policies.get('d/redis'))).toContain('192.0.2.0/24');
  });
});

const models = 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
describe.skipIf(!hasPackage(models))('a policy of ours', () => {
  it('is one to the schema of Kubernetes', async () => {
    const { NetworkPolicy } = (await load(models)) as {
      readonly NetworkPolicy: new (value: object) => { readonly validate: () => void };
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'r', labels: { app: 'redis' } },
      spec: {},
    };
    for (const mode of ['only', 'deny'] as const) {
      const change = changeCloud(
        'kubernetes',
        [{ text: JSON.stringify(pod) }],
        wish({
          mode,
          sources: ['10.0.0.0/8', ...(mode === 'deny' ? [] : ['namespaces:team=a,pods:app=web'])],
          target: ['app=redis'],
        }),
      );
      if ('refused' in change) throw new Error(change.refused);
      const made = JSON.parse(JSON.stringify(change.steps[0]?.after)) as { spec: { ingress: object[] } };
      expect(() => new NetworkPolicy(made).validate()).not.toThrow();
      expect(() =>
        new NetworkPolicy({
          ...made,
          spec: { ingress: [{ ports: [{ port: 1, endPort: 'x' }] }] },
        }).validate(),
      ).toThrow();
    }
  });
});

const packages = [
  '@aws-sdk/client-ec2',
  '@azure/arm-network',
  'google-auth-library',
  '@kubernetes/client-node',
  models,
];
afterAll(() => {
  const missing = packages.filter((name) => !hasPackage(name));
  if (missing.length > 0)
    console.warn(`skipped, not installed: ${missing.join(', ')} (KEYWARD_CLOUD_PACKAGES names a folder)`);
});

describe('a package that is not there', () => {
  it('is named, with how to get it', async () => {
    const missing = (): Promise<unknown> =>
      Promise.reject(Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' }));
    await expect(connectAws({ load: missing }).read()).rejects.toThrow('npm install @aws-sdk/client-ec2');
  });
});
