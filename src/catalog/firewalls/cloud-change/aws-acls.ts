/** Network ACLs: numbered entries, each for one network. */
import {
  field,
  type Fields,
  fieldsOf,
  integerOf,
  listOf,
  isFields,
  oneNetwork,
  readProtocol,
  textOf,
} from '../cloud-shared/index.ts';
import type { Ranking } from './by-priority.ts';
import { cidrOf, covers, touches } from './sources.ts';
import { type CloudStep, type CloudWish, NoChange, type State } from './step.ts';

const everybody = ['0.0.0.0/0', '::/0'];

export function aclRanking(acl: Fields, wish: CloudWish): Ranking {
  const owner = textOf(field(acl, 'NetworkAclId')) ?? '';
  const entries = listOf(field(acl, 'Entries'))
    .filter(isFields)
    .filter((entry) => field(entry, 'Egress') !== true);
  return {
    first: 1,
    last: 32_766,
    rules: entries.map((entry) => {
      const protocol = readProtocol(field(entry, 'Protocol'));
      const range = field(entry, 'PortRange');
      const [from, to] = [integerOf(field(range, 'From')), integerOf(field(range, 'To'))];
      const word = textOf(field(entry, 'CidrBlock', 'Ipv6CidrBlock')) ?? '';
      return {
        priority: integerOf(field(entry, 'RuleNumber')) ?? 0,
        relevant:
          protocol === 'all' ||
          (protocol === 6 && (from === undefined || touches([from, to ?? from], wish.ports))),
        allow: textOf(field(entry, 'RuleAction')) === 'allow',
        whole:
          protocol === 'all' ||
          (protocol === 6 &&
            wish.ports.every((wished) => from === undefined || covers([from, to ?? from], wished))),
        words: [cidrOf(word) ?? word],
      };
    }),
    bundles: (words) =>
      (words === 'everybody' ? everybody : words).flatMap((word) => wish.ports.map(() => [word])),
    make: (allow, words, priorities) => {
      const all = words === 'everybody' ? everybody : words;
      return all
        .flatMap((word) => wish.ports.map((ports) => ({ word, ports })))
        .map(({ word, ports }, index): CloudStep => {
          const number = priorities[index] ?? 0;
          if (!oneNetwork(word))
            throw new NoChange(
              `${word} is no network, and a network ACL knows nothing else`,
              'Write a network: 10.0.0.0/8.',
            );
          const after = fieldsOf([
            ['RuleNumber', number],
            ['Protocol', '6'],
            ['RuleAction', allow ? 'allow' : 'deny'],
            ['Egress', false],
            [word.includes(':') ? 'Ipv6CidrBlock' : 'CidrBlock', cidrOf(word)],
            [
              'PortRange',
              fieldsOf([
                ['From', ports[0]],
                ['To', ports[1]],
              ]),
            ],
          ]);
          return {
            object: 'acl-entry',
            owner,
            name: `${number}`,
            after,
            why: allow ? `${word} shall reach it` : `${word} shall not, whatever a later rule says`,
          };
        });
    },
  };
}

export const withAclEntry = (state: State, step: CloudStep): State =>
  state.map((acl) => {
    if (textOf(field(acl, 'NetworkAclId')) !== step.owner) return acl;
    const entries = listOf(field(acl, 'Entries')).filter(
      (entry) =>
        !(
          step.before &&
          field(entry, 'Egress') !== true &&
          integerOf(field(entry, 'RuleNumber')) === integerOf(field(step.before, 'RuleNumber'))
        ),
    );
    return fieldsOf([
      ...Object.entries(acl).filter(([name]) => name !== 'Entries'),
      ['Entries', step.after ? [...entries, step.after] : entries],
    ]);
  });
