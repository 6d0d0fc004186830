import { flavourOf, type Flavour } from '../../catalog/flavours/index.ts';
import { policies, type Policy } from '../../catalog/policies/index.ts';
import type { CommandTable } from '../../lang/acl/index.ts';
import type {
  ClientGroup,
  Fact,
  Identity,
  PlanNode,
  SecretNote,
  Setting,
  UserFacts,
} from '../../model/index.ts';
import { bandsOf } from './bands.ts';
import type { PlanInput, PlanSubject } from './input.ts';

/** All that the planner knows of one server, in the words that its rooms ask for. */
export interface Situation extends PlanSubject {
  readonly id: string;
  readonly identity: Identity | undefined;
  readonly version: string;
  readonly flavour: Flavour | undefined;
  /** A running server that answers; else there are only files. */
  readonly live: boolean;
  /** CONFIG answers us. */
  readonly configures: boolean;
  /** It keeps users, and lets us read them. */
  readonly hasUsers: boolean;
  readonly users: readonly UserFacts[];
  readonly settings: Readonly<Record<string, Setting>>;
  readonly commands: CommandTable | undefined;
  /** Who uses it, as far as anybody looked. */
  readonly groups: readonly ClientGroup[];
  /** Nodes that replicate each other or are watched together share secrets: the id of the first of them. */
  readonly band: string;
}

export interface Scene {
  readonly input: PlanInput;
  readonly policy: Policy;
  readonly nodes: readonly Situation[];
  /** Puts the band behind a secret's id where there is more than one. */
  readonly secretId: (name: string, node: Situation) => string;
}

const knownOr = <T, U>(fact: Fact<T>, otherwise: U): T | U => (fact.known ? fact.value : otherwise);

function situationOf(subject: PlanSubject, band: string): Situation {
  const { node, view, census } = subject;
  const flavour = flavourOf(node.product);
  return {
    ...subject,
    id: node.id,
    identity: knownOr(view.identity, undefined),
    version: node.version,
    flavour,
    live: node.target.kind === 'tcp' || node.target.kind === 'unix',
    configures: view.config.known,
    hasUsers: flavour?.users(node.version) === true && view.aclUsers.known,
    users: knownOr(view.users, []),
    settings: knownOr(view.settings, {}),
    commands: knownOr(view.commands, undefined),
    groups: census?.groups ?? [],
    band,
  };
}

export function sceneOf(input: PlanInput): Scene {
  const bands = bandsOf(input.nodes);
  const several = new Set(bands.values()).size > 1;
  return {
    input,
    policy: policies[input.policy],
    nodes: input.nodes.map((subject) => situationOf(subject, bands.get(subject.node.id) ?? subject.node.id)),
    secretId: (name, { band }) => (several ? `${name}@${band}` : name),
  };
}

export const nodeOf = ({ nodes }: Scene, id: string): Situation | undefined =>
  nodes.find((node) => node.id === id);

/** The plain value of a setting. */
export function textOf({ settings }: Situation, name: string): string | undefined {
  const value: string | SecretNote | undefined = Object.hasOwn(settings, name)
    ? settings[name]?.value
    : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Clients that log in by themselves: not the links of replication. */
export const clientsOf = ({ groups }: Situation): readonly ClientGroup[] =>
  groups.filter(({ kind }) => kind !== 'master' && kind !== 'replica' && kind !== 'sentinel');

export const isLocalAddress = (address: string): boolean =>
  address === 'unix' || address === '' || address === '::1' || address.startsWith('127.');

/** Who they are, as `--refuse` names them. */
export const nameOfGroup = ({ user, address }: ClientGroup): string => `${user}@${address}`;

export const nodeKey = (kind: string, node: PlanNode, more = ''): string =>
  `${kind}:${node.id}${more === '' ? '' : `:${more}`}`;
