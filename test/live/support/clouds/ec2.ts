/** The Query protocol of EC2: a form as the question, XML as the answer. */
import { type Answered, serve, type Served, type Trouble } from './serve.ts';

interface Rule {
  readonly protocol: string;
  readonly from?: string;
  readonly to?: string;
  readonly list: 'ipRanges' | 'ipv6Ranges' | 'prefixListIds' | 'groups';
  readonly peer: string;
  readonly description?: string;
}

interface Entry {
  readonly number: string;
  readonly protocol: string;
  readonly action: string;
  readonly egress: string;
  readonly cidr: string;
  readonly from?: string;
  readonly to?: string;
}

export interface Ec2 {
  readonly groups: Map<string, Rule[]>;
  readonly acls: Map<string, Entry[]>;
  readonly trouble: Trouble;
}

const escape = (text: string): string => text.replace(/[<>&]/g, (mark) => `&#${mark.charCodeAt(0)};`);
const tag = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `<${name}>${escape(text)}</${name}>`;
const many = (name: string, items: readonly string[]): string =>
  `<${name}>${items.map((item) => `<item>${item}</item>`).join('')}</${name}>`;

const peerNames = {
  ipRanges: 'cidrIp',
  ipv6Ranges: 'cidrIpv6',
  prefixListIds: 'prefixListId',
  groups: 'groupId',
} as const;
const formNames = {
  ipRanges: 'IpRanges',
  ipv6Ranges: 'Ipv6Ranges',
  prefixListIds: 'PrefixListIds',
  groups: 'Groups',
} as const;
const formPeers = {
  ipRanges: 'CidrIp',
  ipv6Ranges: 'CidrIpv6',
  prefixListIds: 'PrefixListId',
  groups: 'GroupId',
} as const;
const lists = ['ipRanges', 'ipv6Ranges', 'prefixListIds', 'groups'] as const;

/** As EC2 prints: one permission for each kind of traffic, with all its peers. */
function permissions(rules: readonly Rule[]): string {
  const byTraffic = Map.groupBy(rules, ({ protocol, from, to }) => `${protocol} ${from} ${to}`);
  return many(
    'ipPermissions',
    [...byTraffic.values()].map((some) =>
      [
        tag('ipProtocol', some[0]?.protocol),
        tag('fromPort', some[0]?.from),
        tag('toPort', some[0]?.to),
        ...lists.map((list) =>
          many(
            list,
            some
              .filter((rule) => rule.list === list)
              .map(({ peer, description }) => tag(peerNames[list], peer) + tag('description', description)),
          ),
        ),
      ].join(''),
    ),
  );
}

const isSame = (a: Rule, b: Rule): boolean =>
  a.protocol === b.protocol && a.from === b.from && a.to === b.to && a.list === b.list && a.peer === b.peer;

function ruleOf(form: URLSearchParams): Rule {
  const at = (name: string): string | undefined => form.get(`IpPermissions.1.${name}`) ?? undefined;
  const list = lists.find((one) => at(`${formNames[one]}.1.${formPeers[one]}`) !== undefined) ?? 'ipRanges';
  const [from, to, description] = [at('FromPort'), at('ToPort'), at(`${formNames[list]}.1.Description`)];
  return {
    protocol: at('IpProtocol') ?? '',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    list,
    peer: at(`${formNames[list]}.1.${formPeers[list]}`) ?? '',
    ...(description === undefined ? {} : { description }),
  };
}

const refusal = (code: string, message: string): Answered => ({
  status: 400,
  body: `<?xml version="1.0"?><Response><Errors><Error>${tag('Code', code)}${tag('Message', message)}</Error></Errors><RequestID>r</RequestID></Response>`,
});

export async function serveEc2(state: Ec2): Promise<Served> {
  /** One on each page. */
  const page = (
    form: URLSearchParams,
    name: string,
    items: readonly (readonly [string, string])[],
  ): string => {
    const wanted = form.get(name);
    if (wanted !== null)
      return items
        .filter(([id]) => id === wanted)
        .map(([, text]) => text)
        .join('\u0000');
    const at = Number(form.get('NextToken') ?? 0);
    return `${items[at]?.[1] ?? ''}\u0001${at + 1 < items.length ? `${at + 1}` : ''}`;
  };
  const list = (set: string, text: string): string => {
    const [items = '', next = ''] = text.split('\u0001');
    return many(set, items === '' ? [] : items.split('\u0000')) + (next === '' ? '' : tag('nextToken', next));
  };
  const isCut = ({ body }: { readonly body: string }): boolean =>
    state.trouble.meets(`cut ${new URLSearchParams(body).get('Action') ?? ''}`);
  return serve(
    ({ body }) => {
      const form = new URLSearchParams(body);
      const action = form.get('Action') ?? '';
      if (state.trouble.meets(action)) return refusal('RequestLimitExceeded', 'Request limit exceeded.');
      const done = (inner = '<return>true</return>'): Answered => ({
        body: `<?xml version="1.0"?><${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${inner}</${action}Response>`,
      });
      const rules = state.groups.get(form.get('GroupId') ?? '');
      const entries = state.acls.get(form.get('NetworkAclId') ?? '');
      const place = entries?.findIndex(
        ({ number, egress }) => number === form.get('RuleNumber') && egress === form.get('Egress'),
      );
      switch (action) {
        case 'DescribeSecurityGroups': {
          const items = Array.from(
            state.groups,
            ([id, own]) =>
              [
                id,
                tag('groupId', id) +
                  tag('groupName', id) +
                  tag('groupDescription', 'd') +
                  tag('ownerId', '1') +
                  tag('vpcId', 'vpc-1') +
                  permissions(own),
              ] as const,
          );
          return done(list('securityGroupInfo', page(form, 'GroupId.1', items)));
        }
        case 'DescribeNetworkAcls': {
          const items = Array.from(
            state.acls,
            ([id, own]) =>
              [
                id,
                tag('networkAclId', id) +
                  many('associationSet', [tag('subnetId', 'subnet-1')]) +
                  many(
                    'entrySet',
                    own.map((one) =>
                      [
                        tag('ruleNumber', one.number),
                        tag('protocol', one.protocol),
                        tag('ruleAction', one.action),
                        tag('egress', one.egress),
                        tag(one.cidr.includes(':') ? 'ipv6CidrBlock' : 'cidrBlock', one.cidr),
                        one.from === undefined
                          ? ''
                          : `<portRange>${tag('from', one.from)}${tag('to', one.to)}</portRange>`,
                      ].join(''),
                    ),
                  ),
              ] as const,
          );
          return done(list('networkAclSet', page(form, 'NetworkAclId.1', items)));
        }
        case 'AuthorizeSecurityGroupIngress': {
          const rule = ruleOf(form);
          if (!rules) return refusal('InvalidGroup.NotFound', 'The security group does not exist');
          if (rules.some((one) => isSame(one, rule)))
            return refusal('InvalidPermission.Duplicate', 'the specified rule already exists');
          rules.push(rule);
          return done();
        }
        case 'RevokeSecurityGroupIngress': {
          const rule = ruleOf(form);
          const at = rules?.findIndex((one) => isSame(one, rule)) ?? -1;
          if (at < 0)
            return refusal(
              'InvalidPermission.NotFound',
              'The specified rule does not exist in this security group.',
            );
          rules?.splice(at, 1);
          return done();
        }
        case 'CreateNetworkAclEntry': {
          if (place !== undefined && place >= 0)
            return refusal(
              'NetworkAclEntryAlreadyExists',
              'The network acl entry identified by this number already exists.',
            );
          const [from, to] = [form.get('PortRange.From'), form.get('PortRange.To')];
          entries?.push({
            number: form.get('RuleNumber') ?? '',
            protocol: form.get('Protocol') ?? '',
            action: form.get('RuleAction') ?? '',
            egress: form.get('Egress') ?? '',
            cidr: form.get('CidrBlock') ?? form.get('Ipv6CidrBlock') ?? '',
            ...(from === null ? {} : { from }),
            ...(to === null ? {} : { to }),
          });
          return done();
        }
        case 'DeleteNetworkAclEntry': {
          if (place === undefined || place < 0)
            return refusal('InvalidNetworkAclEntry.NotFound', 'no such entry');
          entries?.splice(place, 1);
          return done();
        }
        default:
          return refusal('InvalidAction', `The action ${action} is not valid for this web service.`);
      }
    },
    undefined,
    isCut,
  );
}
