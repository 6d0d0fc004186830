/** Security groups and network ACLs of one region, by the SDK of AWS. */
import {
  keyOfPermission,
  permissionFor,
  type CloudStep,
} from '../../catalog/firewalls/cloud-change/index.ts';
import {
  field,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  textOf,
  type Value,
} from '../../catalog/firewalls/cloud-shared/index.ts';
import { type CloudConnection, type Load, loadPackage } from './connection.ts';

export interface AwsOptions {
  /** As AWS_REGION where absent. */
  readonly region?: string;
  /** Another place that speaks EC2's protocol: a proxy, a test. */
  readonly endpoint?: string;
  /** As the SDK finds them where absent: environment, profile, role. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly load?: Load;
}

interface Sdk {
  readonly EC2Client: new (options: object) => {
    send: (command: unknown) => Promise<unknown>;
    destroy: () => void;
  };
  readonly [command: string]: unknown;
}

const mostPages = 1000;

export function connectAws(options: AwsOptions = {}): CloudConnection {
  const { load, ...client } = options;
  let made: Promise<(command: string, input: object) => Promise<Value>> | undefined;
  const call = async (command: string, input: object): Promise<Value> => {
    made ??= loadPackage<Sdk>('@aws-sdk/client-ec2', load).then((sdk) => {
      const connection = new sdk.EC2Client(client);
      return async (name, given) => {
        const Command = sdk[`${name}Command`] as new (input: object) => object;
        // Answers hold dates and undefined; what is printed holds neither.
        return JSON.parse(JSON.stringify(await connection.send(new Command(given)))) as Value;
      };
    });
    return (await made)(command, input);
  };
  const all = async (command: string, list: string): Promise<readonly Value[]> => {
    const found: Value[] = [];
    let next: Value | undefined;
    let left = mostPages;
    do {
      if (left-- === 0) throw new Error(`there are more than ${mostPages} pages of ${list}`);
      const answer = await call(command, {
        MaxResults: 200,
        ...(next === undefined ? {} : { NextToken: next }),
      });
      found.push(...listOf(field(answer, list)));
      next = field(answer, 'NextToken');
    } while (next !== undefined && next !== '');
    return found;
  };
  return {
    cloud: 'aws',
    read: async () => [
      {
        file: 'aws',
        text: JSON.stringify({
          SecurityGroups: await all('DescribeSecurityGroups', 'SecurityGroups'),
          NetworkAcls: await all('DescribeNetworkAcls', 'NetworkAcls'),
        }),
      },
    ],
    current: (step) => (step.object === 'group-rule' ? currentRule(step, call) : currentEntry(step, call)),
    carryOut: async (step) => {
      const [command, input] = step.object === 'group-rule' ? ruleCall(step) : entryCall(step);
      await call(command, input);
    },
  };
}

type Call = (command: string, input: object) => Promise<Value>;

/** Rules have no name: the one with the same traffic and peer. */
async function currentRule({ owner, before, after }: CloudStep, call: Call): Promise<Fields | undefined> {
  const wanted = before ?? after ?? fieldsOf([]);
  const answer = await call('DescribeSecurityGroups', { GroupIds: [owner] });
  const permissions = listOf(field(listOf(field(answer, 'SecurityGroups'))[0], 'IpPermissions'));
  const lists = ['IpRanges', 'Ipv6Ranges', 'PrefixListIds', 'UserIdGroupPairs'];
  const found = permissions.some((permission) =>
    lists.some((list) =>
      listOf(field(permission, list)).some((peer) => {
        const { IpProtocol, FromPort, ToPort } = permission as Fields;
        const one = fieldsOf([
          ['IpProtocol', IpProtocol],
          ['FromPort', FromPort],
          ['ToPort', ToPort],
          [list, [peer]],
        ]);
        return keyOfPermission(one) === keyOfPermission(wanted);
      }),
    ),
  );
  return found ? wanted : undefined;
}

async function currentEntry({ owner, name }: CloudStep, call: Call): Promise<Fields | undefined> {
  const answer = await call('DescribeNetworkAcls', { NetworkAclIds: [owner] });
  return listOf(field(listOf(field(answer, 'NetworkAcls'))[0], 'Entries'))
    .filter(isFields)
    .find((entry) => field(entry, 'Egress') !== true && textOf(field(entry, 'RuleNumber')) === name);
}

function ruleCall({ owner, before, after }: CloudStep): readonly [string, object] {
  const permission = permissionFor(after ?? before ?? fieldsOf([]), after !== undefined);
  const input = { GroupId: owner, IpPermissions: [permission] };
  return [`${after ? 'Authorize' : 'Revoke'}SecurityGroupIngress`, input];
}

function entryCall({ owner, before, after }: CloudStep): readonly [string, object] {
  const entry = after ?? before ?? fieldsOf([]);
  const id = { NetworkAclId: owner, RuleNumber: field(entry, 'RuleNumber'), Egress: false };
  if (!after) return ['DeleteNetworkAclEntry', id];
  return [`${before ? 'Replace' : 'Create'}NetworkAclEntry`, { ...after, ...id }];
}
