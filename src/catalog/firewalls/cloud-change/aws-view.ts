import { collect } from '../aws/collect.ts';
import { awsRules } from '../aws/parse.ts';
import {
  addressesOf,
  field,
  type Fields,
  isFields,
  listOf,
  newProblems,
  oneNetwork,
  type Source,
  textOf,
} from '../cloud-shared/index.ts';
import { rulesOf } from './aws-groups.ts';
import { cidrOf } from './sources.ts';
import { membersOf, standIns } from './stand-ins.ts';
import type { CloudWish, State, View } from './step.ts';

/** Groups and ACLs in all forms in which AWS prints them. */
export function awsState(sources: readonly Source[]): State {
  const { groups, acls } = collect(sources, {});
  return [...groups, ...acls].map(({ value }) => value).filter(isFields);
}

export const isAcl = (value: Fields): boolean => field(value, 'NetworkAclId') !== undefined;
export const ownerOfAws = (value: Fields): string => textOf(field(value, 'NetworkAclId', 'GroupId')) ?? '';

export function awsView(states: readonly State[], wish: CloudWish, owner: string): View {
  const written = states.flatMap((state) =>
    state
      .filter((one) => !isAcl(one))
      .flatMap(rulesOf)
      .map(({ word }) => word),
  );
  const all = standIns(
    [...written, ...wish.sources].filter((word) => cidrOf(word) === undefined && word !== ''),
  );
  const subnets = Object.fromEntries(
    states.flatMap((state) =>
      state.flatMap((one) =>
        listOf(field(one, 'Associations')).map((link) => [textOf(field(link, 'SubnetId')) ?? '', []]),
      ),
    ),
  ) as Readonly<Record<string, readonly string[]>>;
  return {
    ruleSets: (state) =>
      awsRules(
        state.map((value) => ({ value, lines: new WeakMap() })),
        { members: membersOf(all), subnets, networks: [] },
        newProblems(),
      ).map((ruleSet) => ({ ...ruleSet, target: ruleSet.subject.id === owner })),
    addressesOf: (word) => {
      const address = all.get(word);
      return address === undefined ? oneNetwork(word) : addressesOf([address]);
    },
  };
}
