import { describe, expect, it } from 'vitest';
import { decides, reaches } from '../../../../test/live/firewalls/clouds-reach.ts';
import { parseKubernetes } from './index.ts';

const policy = (spec: string, name = 'p'): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const pod = { labels: { app: 'redis' } };
const asked = (text: string, context: Parameters<typeof parseKubernetes>[1] = { pod }) =>
  parseKubernetes([{ text, file: 'p.yaml' }], context).ruleSets.filter(
    ({ subject }) => subject.id === 'default/asked',
  );

describe('network policies', () => {
  it('name the line that lets somebody in', () => {
    const ruleSets = asked(
      'kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: p}\nspec:\n  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 192.0.2.0/24}\n',
    );
    expect(decides(ruleSets, '192.0.2.1')).toMatchObject({ file: 'p.yaml', line: 8 });
    expect(reaches(ruleSets, '192.0.3.1')).toBe('no');
  });

  it('know named ports by the pod, and ranges', () => {
    const text = policy('{podSelector: {}, ingress: [{ports: [{port: redis}]}]}');
    const from = (ports?: Record<string, number>) =>
      reaches(asked(text, { pod: { ...pod, ...(ports && { ports }) } }), '8.8.8.8');
    expect([from(), from({}), from({ redis: 6379 }), from({ redis: 6380 })]).toEqual([
      'depends',
      'no',
      'certain',
      'no',
    ]);
    const udp = policy('{podSelector: {}, ingress: [{ports: [{port: 6379, protocol: UDP}]}]}');
    expect(reaches(asked(udp), '8.8.8.8')).toBe('no');
  });

  it('select by expressions', () => {
    const text = (operator: string): string =>
      policy(
        `{podSelector: {matchExpressions: [{key: app, operator: ${operator}, values: [redis]}]}, ingress: []}`,
      );
    expect(
      ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Perhaps'].map((operator) =>
        reaches(asked(text(operator)), '8.8.8.8'),
      ),
    ).toEqual(['no', 'certain', 'no', 'certain', 'depends']);
  });

  it('take pods from what runs, and somebody in the pods’ network where nothing is known', () => {
    const text = policy('{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}');
    const running =
      'kind: Pod\napiVersion: v1\nmetadata: {name: a, labels: {app: api}}\nstatus: {podIP: 10.244.0.9}\n';
    const known = asked(`${text}---\n${running}`);
    expect([reaches(known, '10.244.0.9'), reaches(known, '10.244.0.8')]).toEqual(['certain', 'no']);
    const open = asked(text, { pod, networks: ['10.244.0.0/16'] });
    expect([reaches(open, '10.244.0.9'), reaches(open, '10.0.0.8')]).toEqual(['depends', 'no']);
  });

  it('may not stand before pods in the network of their node', () => {
    expect(
      reaches(
        asked(policy('{podSelector: {}, ingress: []}'), { pod: { ...pod, hostNetwork: true } }),
        '8.8.8.8',
      ),
    ).toBe('depends');
  });

  it('of the administrator come before those of the namespace, and his baseline after', () => {
    const admin = (kind: string, action: string): string =>
      `apiVersion: policy.networking.k8s.io/v1alpha1\nkind: ${kind}\nmetadata: {name: default}\nspec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: ${action}, from: [{namespaces: {}}]}]}\n`;
    const pods = [{ namespace: 'default', labels: {}, addresses: ['10.244.0.9'] }];
    const from = (text: string) =>
      reaches(asked(text, { pod, pods, namespaces: { default: {} } }), '10.244.0.9');
    const closed = policy('{podSelector: {}, ingress: []}');
    expect(from(`${admin('AdminNetworkPolicy', 'Allow')}---\n${closed}`)).toBe('certain');
    expect(from(`${admin('AdminNetworkPolicy', 'Pass')}---\n${closed}`)).toBe('no');
    expect(from(admin('AdminNetworkPolicy', 'Deny'))).toBe('no');
    expect(from(admin('BaselineAdminNetworkPolicy', 'Deny'))).toBe('no');
    const allowed = policy('{podSelector: {}, ingress: [{}]}');
    expect(from(`${admin('BaselineAdminNetworkPolicy', 'Deny')}---\n${allowed}`)).toBe('certain');
  });

  it('of plugins are not read, and so nothing is certain', () => {
    const cilium = 'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\nspec: {}\n';
    const { ruleSets, problems } = parseKubernetes([{ text: cilium }], { pod });
    expect(reaches(ruleSets, '8.8.8.8')).toBe('depends');
    expect(problems).toMatchObject([{ reason: expect.stringContaining('is not read') }]);
  });
});

describe('services', () => {
  const workload =
    'kind: Deployment\napiVersion: apps/v1\nmetadata: {name: r}\nspec: {template: {metadata: {labels: {app: redis}}, spec: {containers: [{ports: [{name: redis, containerPort: 6379}]}]}}}\n';
  const service = (spec: string): string =>
    `kind: Service\napiVersion: v1\nmetadata: {name: s}\nspec: {selector: {app: redis}, ports: [{port: 6380, targetPort: redis, nodePort: 30079}], ${spec}}\n`;
  const read = (...texts: readonly string[]) =>
    parseKubernetes([{ text: [workload, ...texts].join('---\n') }]);
  const doors = (...texts: readonly string[]) =>
    read(...texts).ruleSets.filter(({ subject }) => subject.kind === 'service');

  it('of type ClusterIP open nothing outside', () => {
    expect(doors(service('type: ClusterIP'))).toEqual([]);
  });

  it('of type LoadBalancer let in their ranges, but the node port stays open to all', () => {
    const text = service('type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24]');
    expect([reaches(doors(text), '192.0.2.1', 6380), reaches(doors(text), '8.8.8.8', 6380)]).toEqual([
      'certain',
      'no',
    ]);
    expect([reaches(doors(text), '8.8.8.8', 30_079), reaches(doors(text), '8.8.8.8', 6379)]).toEqual([
      'certain',
      'no',
    ]);
    expect(read(text).publications).toMatchObject([
      { type: 'LoadBalancer', port: 6380, target: 6379, sourceRanges: ['192.0.2.0/24'], keepsSource: false },
      { type: 'NodePort', port: 30_079, target: 6379 },
    ]);
  });

  it('show policies the address of a node, unless they keep the source', () => {
    const only = policy('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}');
    expect(reaches(doors(service('type: NodePort'), only), '8.8.8.8', 30_079)).toBe('depends');
    const local = doors(service('type: NodePort, externalTrafficPolicy: Local'), only);
    expect([reaches(local, '192.0.2.1', 30_079), reaches(local, '8.8.8.8', 30_079)]).toEqual([
      'certain',
      'no',
    ]);
  });

  it('are not the only doors: pods have ports of their host, or its network', () => {
    const pods =
      'kind: Pod\napiVersion: v1\nmetadata: {name: h}\nspec: {containers: [{ports: [{containerPort: 6379, hostPort: 16379, hostIP: 10.0.0.4}]}]}\n';
    const { ruleSets, publications } = parseKubernetes([{ text: pods }]);
    expect(publications).toMatchObject([
      { type: 'HostPort', port: 16_379, target: 6379, addresses: ['10.0.0.4'] },
    ]);
    expect(
      reaches(
        ruleSets.filter(({ subject }) => subject.kind === 'host-port'),
        '8.8.8.8',
        16_379,
      ),
    ).toBe('certain');
    const host = 'kind: Pod\napiVersion: v1\nmetadata: {name: h}\nspec: {hostNetwork: true}\n';
    expect(parseKubernetes([{ text: host }]).publications).toMatchObject([{ type: 'HostNetwork' }]);
  });
});
