/** Servers for the tests of the planner, made of facts: what is not said is not known. */
import { checks } from '../../catalog/checks/index.ts';
import { identity, settings, user } from '../../catalog/example-facts.ts';
import type { CommandTable } from '../../lang/acl/index.ts';
import {
  collectedNames,
  known,
  unknown,
  type Census,
  type ClientGroup,
  type Collected,
  type CommandUse,
  type Facts,
  type PlanNode,
  type View,
} from '../../model/index.ts';
import { audit } from '../audit.ts';
import type { PlanInput, PlannedParts, PlanSubject } from './input.ts';
import { planSteps } from './plan-steps.ts';

const derived = [
  'identity',
  'settings',
  'users',
  'commands',
  'grants',
  'replication',
  'exposure',
  'filtering',
  'drift',
  'advisories',
  'collectedOn',
] as const satisfies readonly (keyof Facts)[];

/** A view in which these facts are known. */
export const viewOf = (facts: Partial<Facts>): View =>
  Object.fromEntries(
    [...collectedNames, ...derived].map((name) => [
      name,
      facts[name] === undefined ? unknown('not-asked', 'not in the example') : known(facts[name], 'example'),
    ]),
  ) as unknown as View;

export interface Server extends Partial<Omit<PlanNode, 'id'>> {
  readonly facts?: Partial<Facts>;
  readonly clients?: readonly (Partial<ClientGroup> & { readonly address: string })[];
  readonly used?: CommandUse;
  /** Nobody looked who uses it. */
  readonly unseen?: true;
}

/** One client as the census has it. */
const group = (more: Partial<ClientGroup>): ClientGroup => ({
  user: 'default',
  address: '127.0.0.1',
  kind: 'client',
  connections: 1,
  commands: ['get', 'set'],
  databases: [0],
  ...more,
});

export function subject(
  id: string,
  { facts = {}, clients = [], used, unseen, ...more }: Server,
): PlanSubject {
  const node: PlanNode = {
    id,
    target: { kind: 'tcp', host: '127.0.0.1', port: 6379, tls: false },
    host: 'here',
    product: 'redis',
    version: '7.2.16',
    mode: 'standalone',
    role: 'master',
    conf: '/etc/redis/redis.conf',
    restart: { kind: 'systemd', unit: 'redis-server.service' },
    ...more,
  };
  const view = viewOf({
    identity: identity({
      product: node.product,
      version: node.version,
      mode: node.mode,
      role: node.role,
    }),
    ...facts,
  });
  const evidence = {
    schema: 'keyward.evidence/1',
    target: node.target,
    collectedAt: '2026-11-01T00:00:00.000Z',
    facts: Object.fromEntries(collectedNames.map((name) => [name, view[name]])) as unknown as Collected,
  } as const;
  const census: Census = {
    node: id,
    seconds: 10,
    looks: 10,
    groups: clients.map(group),
    ...(used ? { used } : {}),
    doubts: [],
  };
  return { node, audit: audit(id, evidence, view, checks), view, ...(unseen ? {} : { census }) };
}

/** The facts of a server with ACL where everybody may do everything. */
export const openServer = (commands: CommandTable, more: Partial<Facts> = {}): Partial<Facts> => ({
  users: [openUser],
  aclUsers: [openUser],
  commands,
  config: {},
  whoami: 'default',
  settings: settings({ 'protected-mode': 'no', bind: '', 'tls-port': '0', port: '6379' }),
  ...more,
});

export const openUser = user('default', {
  noPassword: true,
  passwords: [],
  rules: ['on', 'nopass', '~*', '&*', '+@all'],
});

export const plan = (nodes: readonly PlanSubject[], more: Partial<PlanInput> = {}): PlannedParts =>
  planSteps({
    nodes,
    policy: 'recommended',
    answers: new Map(),
    refuse: [],
    allowRestart: false,
    ...more,
  });
