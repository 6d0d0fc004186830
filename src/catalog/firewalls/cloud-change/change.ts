import {
  type CloudDocument,
  type Fields,
  newProblems,
  readJsonDocuments,
  readYamlDocuments,
  type Source,
} from '../cloud-shared/index.ts';
import { aclRanking, withAclEntry } from './aws-acls.ts';
import { groupNotes, groupSteps, withGroupRule } from './aws-groups.ts';
import { awsState, awsView, isAcl, ownerOfAws } from './aws-view.ts';
import {
  nsgNotes,
  nsgRanking,
  nsgState,
  nsgView,
  ownerOfNsg,
  refuseTwoOfOneName,
  withNsgRule,
} from './azure.ts';
import { type Ranking, waysByPriority } from './by-priority.ts';
import { networkOfRule, vpcRanking, vpcState, vpcView, withVpcRule } from './gcp.ts';
import { policySteps, withPolicy } from './kubernetes.ts';
import { podNotes } from './pod-notes.ts';
import { kubernetesState, podTarget } from './pod-target.ts';
import { podView } from './pod-view.ts';
import { prove, proveOrder, throughAll } from './prove.ts';
import {
  type CloudChange,
  type CloudName,
  type CloudStep,
  type CloudWish,
  NoChange,
  type State,
  type View,
} from './step.ts';

/** Does one step in memory. */
export function withStep(state: State, step: CloudStep): State {
  switch (step.object) {
    case 'group-rule':
      return withGroupRule(state, step);
    case 'acl-entry':
      return withAclEntry(state, step);
    case 'nsg-rule':
      return withNsgRule(state, step);
    case 'vpc-rule':
      return withVpcRule(state, step);
    case 'network-policy':
      return withPolicy(state, step);
  }
}

/** The way back: every step turned round, the last one first. */
export const wayBack = (steps: readonly CloudStep[]): readonly CloudStep[] =>
  steps.toReversed().map(({ before, after, ...step }) => ({
    ...step,
    ...(after ? { before: after } : {}),
    ...(before ? { after: before } : {}),
    why: 'as it was',
  }));

interface Planning {
  readonly owner: string;
  readonly view: View;
  readonly ways: Iterable<readonly CloudStep[]>;
  readonly notes?: (steps: readonly CloudStep[]) => readonly string[];
}

/**
 * The smallest change by which these sources reach these ports, proved: asked after it, the same reader of the same
 * objects lets in whom you named, and differs in nothing else. Whatever cannot be proved is refused, with the reason.
 * Pure; never throws.
 *
 * @example changeCloud('aws', [{ text }], { mode: 'only', ports: [[6379, 6379]], sources: ['10.0.0.0/8'] })
 */
export function changeCloud(
  cloud: CloudName,
  documents: readonly CloudDocument[],
  wish: CloudWish,
): CloudChange {
  try {
    return change(cloud, documents, wish);
  } catch (error) {
    if (error instanceof NoChange) return { refused: error.message, hint: error.hint };
    throw error;
  }
}

function change(cloud: CloudName, documents: readonly CloudDocument[], wish: CloudWish): CloudChange {
  if (wish.sources.length === 0 && wish.mode !== 'only')
    throw new NoChange('no source is named', 'Name a network, or somebody as the cloud calls them.');
  const problems = newProblems();
  const { sources, unread } =
    cloud === 'kubernetes' ? readYamlDocuments(documents, problems) : readJsonDocuments(documents, problems);
  if (unread.length > 0 || sources.length === 0)
    throw new NoChange(
      `not all documents can be read: ${problems.all.find(({ fatal }) => fatal)?.reason ?? 'there are none'}`,
      'Give what the command line of the cloud prints, whole.',
    );
  const before = stateOf(cloud, sources);
  if (before.length === 0)
    throw new NoChange(
      'nothing stands here that guards anybody',
      'Give what the command line of the cloud prints.',
    );
  const { owner, view, ways, notes } = planning(cloud, before, wish);
  let wrong: readonly string[] = ['there is no way to it'];
  for (const steps of ways) {
    const states = steps.reduce<readonly State[]>(
      (all, step) => [...all, withStep(all.at(-1) ?? [], step)],
      [before],
    );
    const after = states.at(-1) ?? before;
    const proof = prove(view, before, after, wish);
    const order = proof.wrong.length === 0 ? proveOrder(view, states, wish) : [];
    if (proof.wrong.length + order.length === 0)
      return {
        cloud,
        owner,
        wish,
        steps,
        notes: [...proof.loses, ...(notes?.(steps) ?? []), notLookedAt[cloud]],
        objects: touchedOf(cloud, before, steps, owner),
        wanted: touchedOf(cloud, after, steps, owner),
      };
    wrong = [...proof.wrong, ...order];
  }
  throw new NoChange(
    `no change could be proved: ${wrong.slice(0, 3).join('; ')}`,
    'Change what is named there by hand, or ask for something else.',
  );
}

/** What decides as well, and is in no document that is read here. */
const notLookedAt: Readonly<Record<CloudName, string>> = {
  aws: 'not looked at: other groups of the same interface, ACLs of its subnet that you did not name, AWS Network Firewall',
  azure:
    'not looked at: the other group of subnet or interface, security admin rules of a network manager, Azure Firewall',
  gcp: 'not looked at: hierarchical and network firewall policies, which come before these rules or after them',
  kubernetes:
    'not looked at: whether the network plugin enforces policies at all, and its own kinds (Calico, Cilium, AdminNetworkPolicy); the node of a pod, and whatever runs in the network of that node, reaches it whatever policies say',
};

function stateOf(cloud: CloudName, sources: readonly Source[]): State {
  switch (cloud) {
    case 'aws':
      return awsState(sources);
    case 'azure':
      return nsgState(sources);
    case 'gcp':
      return vpcState(sources);
    case 'kubernetes':
      return kubernetesState(sources);
  }
}

function planning(cloud: CloudName, state: State, wish: CloudWish): Planning {
  switch (cloud) {
    case 'aws': {
      const object = chosen(state, ownerOfAws, wish);
      const owner = ownerOfAws(object);
      const view = awsView([state], wish, owner);
      return {
        owner,
        view,
        ways: isAcl(object)
          ? ranked(aclRanking(object, wish), wish, view, state)
          : [groupSteps(object, wish, view)],
        notes: () => (isAcl(object) ? [] : groupNotes(object, wish)),
      };
    }
    case 'azure': {
      refuseTwoOfOneName(state);
      const group = chosen(state, ownerOfNsg, wish);
      const owner = ownerOfNsg(group);
      const view = nsgView([state], wish, owner);
      return {
        owner,
        view,
        ways: ranked(nsgRanking(group, wish), wish, view, state),
        notes: (steps) => nsgNotes(steps, wish),
      };
    }
    case 'gcp': {
      const owner = networkOfRule(chosen(state, networkOfRule, wish));
      const view = vpcView([state], wish, owner);
      return { owner, view, ways: ranked(vpcRanking(state, wish, owner), wish, view, state) };
    }
    case 'kubernetes': {
      const target = podTarget(state, wish);
      const view = podView([state], wish, target);
      return {
        owner: target.namespace,
        view,
        ways: [policySteps(state, wish, view, target)],
        notes: (steps) => podNotes(steps, state, wish, target),
      };
    }
  }
}

function chosen(state: State, ownerOf: (value: Fields) => string, { owner }: CloudWish): Fields {
  const owners = [...new Set(state.map(ownerOf))];
  const wanted = owner ?? (owners.length === 1 ? owners[0] : undefined);
  if (wanted === undefined)
    throw new NoChange(
      `the documents hold ${owners.length} of them: ${owners.slice(0, 8).join(', ')}${owners.length > 8 ? ', …' : ''}`,
      'Name the one to change: --owner ID.',
    );
  const found = state.find((value) => ownerOf(value) === wanted);
  if (!found)
    throw new NoChange(`${wanted} is not in the documents`, `They hold ${owners.slice(0, 8).join(', ')}.`);
  return found;
}

const ranked = (
  ranking: Ranking,
  wish: CloudWish,
  view: View,
  state: State,
): Iterable<readonly CloudStep[]> =>
  waysByPriority(ranking, wish, view, (steps) => {
    const after = steps.reduce(withStep, state);
    return throughAll(
      view.ruleSets(after).filter(({ target }) => target),
      wish.ports,
    );
  });

const touchedOf = (
  cloud: CloudName,
  state: State,
  steps: readonly CloudStep[],
  owner: string,
): readonly Fields[] =>
  state.filter((value) => {
    if (cloud === 'aws') return ownerOfAws(value) === owner;
    if (cloud === 'azure') return ownerOfNsg(value) === owner;
    const name = JSON.stringify(value);
    return steps.some(
      ({ before, after }) => JSON.stringify(before) === name || JSON.stringify(after) === name,
    );
  });
