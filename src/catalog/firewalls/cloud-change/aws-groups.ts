/** Security groups: rules only allow and add up, so somebody is kept out by narrowing the rule that lets them in. */
import type { PortRange } from '../../../lang/packets/index.ts';
import {
  type Addresses,
  field,
  type Fields,
  fieldsOf,
  integerOf,
  isFields,
  listOf,
  noAddresses,
  readProtocol,
  textOf,
  together,
  type Value,
  without,
} from '../cloud-shared/index.ts';
import {
  allOfThem,
  cidrOf,
  cidrsOf,
  common,
  covers,
  isNobody,
  isPartOf,
  meant,
  portsBeside,
  portText,
  touches,
} from './sources.ts';
import { type CloudStep, type CloudWish, NoChange, type State, type View } from './step.ts';

const lists = [
  ['IpRanges', 'CidrIp'],
  ['Ipv6Ranges', 'CidrIpv6'],
  ['PrefixListIds', 'PrefixListId'],
  ['UserIdGroupPairs', 'GroupId'],
] as const;

/** AWS allows 60 rules for each group and family unless asked for more. */
const mostRules = 60;

/** One rule for one peer, as AWS counts them. */
export interface GroupRule {
  readonly protocol: 'tcp' | 'all' | 'other';
  readonly ports: PortRange;
  readonly word: string;
  readonly permission: Fields;
}

/** Every rule of a group by itself. */
export const rulesOf = (group: Fields): readonly GroupRule[] =>
  listOf(field(group, 'IpPermissions')).flatMap((permission) =>
    lists.flatMap(([list, name]) =>
      listOf(field(permission, list)).map((written): GroupRule => {
        const peer = isFields(written) ? written : fieldsOf([[name, written]]);
        const word = textOf(field(peer, name, 'GroupName')) ?? '';
        const number = readProtocol(field(permission, 'IpProtocol'));
        const protocol = number === 'all' ? 'all' : number === 6 ? 'tcp' : 'other';
        const [from, to] = [integerOf(field(permission, 'FromPort')), integerOf(field(permission, 'ToPort'))];
        // Of one side alone, -1 is no limit on that side, as the reader takes it.
        const whole = protocol === 'all' || from === undefined;
        const low = from === -1 || from === undefined ? 0 : from;
        return {
          protocol,
          ports: whole ? [0, 65_535] : [low, to === undefined || to === -1 ? 65_535 : to],
          word: cidrOf(word) ?? word,
          permission: fieldsOf([
            [
              'IpProtocol',
              protocol === 'all' ? '-1' : protocol === 'tcp' ? 'tcp' : field(permission, 'IpProtocol'),
            ],
            ['FromPort', protocol === 'all' ? undefined : from],
            ['ToPort', protocol === 'all' ? undefined : to],
            [list, [peer]],
          ]),
        };
      }),
    ),
  );

const listOfWord = (word: string): (typeof lists)[number] =>
  word.startsWith('sg-')
    ? lists[3]
    : word.startsWith('pl-')
      ? lists[2]
      : word.includes(':')
        ? lists[1]
        : lists[0];

function ruleFor(word: string, protocol: string, ports: PortRange | undefined, description?: Value): Fields {
  const [list, name] = listOfWord(word);
  return fieldsOf([
    ['IpProtocol', protocol],
    ['FromPort', ports?.[0]],
    ['ToPort', ports?.[1]],
    [
      list,
      [
        fieldsOf([
          [name, word],
          ['Description', description],
        ]),
      ],
    ],
  ]);
}

/** What makes two rules one to AWS: protocol, ports and peer; not the description. */
export function keyOf(permission: Fields): string {
  const protocol = textOf(field(permission, 'IpProtocol')) ?? '';
  const ports = [field(permission, 'FromPort'), field(permission, 'ToPort')].map(
    (port) => textOf(port) ?? '',
  );
  const peers = lists.flatMap(([list, name]) =>
    listOf(field(permission, list)).map(
      (peer) => textOf(field(peer, name, 'GroupName')) ?? textOf(peer) ?? '',
    ),
  );
  const range = ports[0] === ports[1] ? ports[0] : ports.join('-');
  const said = protocol === '-1' ? 'everything' : `${protocol}${range === '' ? '' : ` ${range}`}`;
  return `${said} from ${peers.map((peer) => cidrOf(peer) ?? peer).join(', ')}`;
}

const peerOf = ({ permission }: GroupRule): Fields =>
  lists.flatMap(([list]) => listOf(field(permission, list))).find(isFields) ?? fieldsOf([]);

const described = (rule: GroupRule): Value | undefined => field(peerOf(rule), 'Description');

/** The same peer with other traffic. */
function withTraffic(rule: GroupRule, protocol: string, ports: PortRange | undefined): Fields {
  const list = lists.find(([name]) => field(rule.permission, name) !== undefined)?.[0] ?? 'IpRanges';
  return fieldsOf([
    ['IpProtocol', protocol],
    ['FromPort', ports?.[0]],
    ['ToPort', ports?.[1]],
    [list, listOf(field(rule.permission, list))],
  ]);
}

/** What a rule lets in beside the wished ports. */
function rest(rule: GroupRule, wished: readonly PortRange[]): readonly Fields[] {
  const tcp = portsBeside(rule.ports, wished).map((ports) => withTraffic(rule, 'tcp', ports));
  if (rule.protocol !== 'all') return tcp;
  return [
    ...tcp,
    withTraffic(rule, 'udp', [0, 65_535]),
    withTraffic(rule, 'icmp', [-1, -1]),
    withTraffic(rule, 'icmpv6', [-1, -1]),
  ];
}

/** First what lets in, then what no longer does. */
export function groupSteps(group: Fields, wish: CloudWish, view: View): readonly CloudStep[] {
  const owner = textOf(field(group, 'GroupId')) ?? '';
  const own = rulesOf(group);
  const named = allOfThem(wish.sources, view);
  const made = new Map<string, { readonly rule: Fields; readonly why: string }>();
  const kept: GroupRule[] = [];
  const gone: GroupRule[] = [];
  for (const rule of own) {
    const who =
      rule.word.startsWith('sg-') || cidrOf(rule.word) || rule.word.startsWith('pl-')
        ? meant(rule.word, view)
        : undefined;
    const touched = rule.protocol !== 'other' && touches(rule.ports, wish.ports);
    if (touched && !who)
      throw new NoChange(
        `whom ${keyOf(rule.permission)} means is not understood`,
        'Name the group by its id, sg-….',
      );
    const unseen = wish.sources.filter((word) => cidrOf(word) === undefined && word !== rule.word);
    // Two groups are told apart by their ids; a network may hold members of any of them, and so may a prefix list.
    const hidden = unseen.filter((word) => !(word.startsWith('sg-') && rule.word.startsWith('sg-')));
    if (touched && wish.mode === 'deny' && hidden.length > 0)
      throw new NoChange(
        `${rule.word} may hold members of ${hidden.join(', ')}, and which addresses they have is not known`,
        'Name their networks, or say who shall get in: only.',
      );
    const excess = who && (wish.mode === 'only' ? without(who, named) : common(who, named));
    const stays = !touched || wish.mode === 'allow' || !excess || isNobody(excess);
    (stays ? kept : gone).push(rule);
    if (stays) continue;
    const part = rest(rule, wish.ports);
    for (const one of part)
      made.set(keyOf(one), { rule: one, why: 'what the wider rule lets in beside these ports' });
    if (wish.mode === 'deny' && who) {
      const left = without(who, named);
      for (const word of isNobody(left) ? [] : cidrsOf(left))
        for (const ports of wish.ports) {
          const [from, to] = [Math.max(ports[0], rule.ports[0]), Math.min(ports[1], rule.ports[1])];
          if (from > to) continue;
          const one = ruleFor(word, 'tcp', [from, to], described(rule));
          made.set(keyOf(one), { rule: one, why: 'what is left of the wider rule' });
        }
    }
  }
  if (wish.mode !== 'deny')
    for (const ports of wish.ports)
      for (const written of wish.sources) {
        const word = cidrOf(written) ?? written;
        if (isPartOf(meant(word, view), reachedBy(kept, ports, view))) continue;
        // A good source of a rule that is replaced keeps its words.
        const former = gone.find((rule) => rule.word === word);
        const one = former ? withTraffic(former, 'tcp', ports) : ruleFor(word, 'tcp', ports);
        made.set(keyOf(one), { rule: one, why: `${word} shall reach port ${portText(ports)}` });
      }
  const present = new Set(own.map(({ permission }) => keyOf(permission)));
  const stay = new Set(made.keys());
  const authorized = [...made].filter(([key]) => !present.has(key));
  if (kept.length + authorized.length > mostRules)
    throw new NoChange(
      `the group would have ${kept.length + authorized.length} rules, and AWS allows ${mostRules}`,
      'Name fewer networks, or put them into a prefix list and name that (pl-…).',
    );
  return [
    ...authorized.map(([name, { rule, why }]): CloudStep => ({
      object: 'group-rule',
      owner,
      name,
      after: rule,
      why,
    })),
    ...gone
      .filter(({ permission }) => !stay.has(keyOf(permission)))
      .map((rule): CloudStep => ({
        object: 'group-rule',
        owner,
        name: keyOf(rule.permission),
        before: rule.permission,
        why: 'it lets in more than that',
      })),
  ];
}

/** Who gets in by a name, where networks are what is denied: which addresses they have is not seen. */
export function groupNotes(group: Fields, wish: CloudWish): readonly string[] {
  if (wish.mode !== 'deny') return [];
  const named = rulesOf(group)
    .filter(
      ({ protocol, ports, word }) => protocol !== 'other' && touches(ports, wish.ports) && !cidrOf(word),
    )
    .map(({ word }) => word)
    .filter((word) => !wish.sources.includes(word));
  return named.length === 0
    ? []
    : [
        `members of ${[...new Set(named)].join(', ')} still get in, whatever addresses or other groups they have`,
      ];
}

const reachedBy = (rules: readonly GroupRule[], ports: PortRange, view: View): Addresses =>
  rules
    .filter((rule) => rule.protocol !== 'other' && covers(rule.ports, ports))
    .reduce((sum, rule) => together(sum, view.addressesOf(rule.word) ?? noAddresses), noAddresses);

/** Does or undoes one rule in memory. */
export const withGroupRule = (state: State, step: CloudStep): State =>
  state.map((group) => {
    if (textOf(field(group, 'GroupId')) !== step.owner) return group;
    const gone = step.before && keyOf(step.before);
    const left = rulesOf(group)
      .map(({ permission }) => permission)
      .filter((permission) => keyOf(permission) !== gone);
    return fieldsOf([
      ...Object.entries(group).filter(([name]) => name !== 'IpPermissions'),
      ['IpPermissions', step.after ? [...left, step.after] : left],
    ]);
  });
