/** Steps as the command lines of their clouds. */
import { stringify } from 'yaml';
import { quoteWords } from '../../../../lang/quote/index.ts';
import {
  field,
  fieldsOf,
  integerOf,
  isFields,
  listOf,
  textOf,
  type Value,
} from '../../cloud-shared/index.ts';
import type { CloudStep } from '../step.ts';
import { permissionFor, policyFor } from './wire.ts';

const textsOf = (value: Value | undefined, ...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => listOf(field(value, name)).flatMap((one) => textOf(one) ?? []));

/** `aws ec2 …` */
export function awsCommand({ object, owner, before, after }: CloudStep): readonly string[] {
  if (object === 'group-rule')
    return [
      'aws',
      'ec2',
      `${after ? 'authorize' : 'revoke'}-security-group-ingress`,
      '--group-id',
      owner,
      '--ip-permissions',
      JSON.stringify([permissionFor(after ?? before ?? fieldsOf([]), after !== undefined)]),
    ];
  const entry = after ?? before;
  const verb = !after ? 'delete' : before ? 'replace' : 'create';
  const number = textOf(field(entry, 'RuleNumber')) ?? '';
  const head = [
    'aws',
    'ec2',
    `${verb}-network-acl-entry`,
    '--network-acl-id',
    owner,
    '--ingress',
    '--rule-number',
    number,
  ];
  if (!after) return head;
  const range = field(after, 'PortRange');
  const six = textOf(field(after, 'Ipv6CidrBlock'));
  return [
    ...head,
    '--protocol',
    textOf(field(after, 'Protocol')) ?? '',
    '--rule-action',
    textOf(field(after, 'RuleAction')) ?? '',
    ...(six === undefined
      ? ['--cidr-block', textOf(field(after, 'CidrBlock')) ?? '']
      : ['--ipv6-cidr-block', six]),
    ...(range === undefined
      ? []
      : [
          '--port-range',
          `From=${textOf(field(range, 'From')) ?? ''},To=${textOf(field(range, 'To')) ?? ''}`,
        ]),
  ];
}

/** `az network nsg rule …` */
export function azCommand(
  { owner, name, before, after }: CloudStep,
  resourceGroup: string,
): readonly string[] {
  const verb = !after ? 'delete' : before ? 'update' : 'create';
  const head = [
    'az',
    'network',
    'nsg',
    'rule',
    verb,
    '--resource-group',
    resourceGroup,
    '--nsg-name',
    owner,
    '--name',
    name,
  ];
  if (!after) return head;
  const groups = listOf(field(after, 'sourceApplicationSecurityGroups')).map(
    (one) => textOf(field(one, 'id')) ?? '',
  );
  const prefixes = textsOf(after, 'sourceAddressPrefix', 'sourceAddressPrefixes');
  const source = [
    ...(prefixes.length > 0 ? ['--source-address-prefixes', ...prefixes] : []),
    ...(groups.length > 0 ? ['--source-asgs', ...groups] : []),
  ];
  if (before) return [...head, ...source];
  const targets = listOf(field(after, 'destinationApplicationSecurityGroups')).map(
    (one) => textOf(field(one, 'id')) ?? '',
  );
  const description = textOf(field(after, 'description'));
  return [
    ...head,
    '--priority',
    `${integerOf(field(after, 'priority')) ?? ''}`,
    '--direction',
    textOf(field(after, 'direction')) ?? '',
    '--access',
    textOf(field(after, 'access')) ?? '',
    '--protocol',
    textOf(field(after, 'protocol')) ?? '',
    ...source,
    '--source-port-ranges',
    ...textsOf(after, 'sourcePortRange', 'sourcePortRanges'),
    ...(targets.length > 0
      ? ['--destination-asgs', ...targets]
      : [
          '--destination-address-prefixes',
          ...textsOf(after, 'destinationAddressPrefix', 'destinationAddressPrefixes'),
        ]),
    '--destination-port-ranges',
    ...textsOf(after, 'destinationPortRange', 'destinationPortRanges'),
    ...(description === undefined ? [] : ['--description', description]),
  ];
}

const sourceFlags = [
  ['sourceRanges', '--source-ranges'],
  ['sourceTags', '--source-tags'],
  ['sourceServiceAccounts', '--source-service-accounts'],
] as const;

/** `gcloud compute firewall-rules …` */
export function gcloudCommand({ name, owner, before, after }: CloudStep): readonly string[] {
  const verb = !after ? 'delete' : before ? 'update' : 'create';
  const head = ['gcloud', 'compute', 'firewall-rules', verb, name];
  const project = projectOf(after ?? before);
  const tail = project === undefined ? [] : [`--project=${project}`];
  if (!after) return [...head, ...tail, '--quiet'];
  const sources = sourceFlags.flatMap(([key, flag]) => {
    const [was, is] = [textsOf(before, key), textsOf(after, key)];
    return is.length > 0 || was.length > 0 ? [`${flag}=${is.join(',')}`] : [];
  });
  if (before) return [...head, ...tail, ...sources];
  const [action, configs] =
    field(after, 'allowed') === undefined
      ? (['DENY', listOf(field(after, 'denied'))] as const)
      : (['ALLOW', listOf(field(after, 'allowed'))] as const);
  const rules = configs.flatMap((config) => {
    const protocol = textOf(field(config, 'IPProtocol')) ?? 'all';
    const ports = textsOf(config, 'ports');
    return ports.length === 0 ? [protocol] : ports.map((port) => `${protocol}:${port}`);
  });
  const description = textOf(field(after, 'description'));
  const log = field(after, 'logConfig');
  const words: Readonly<Record<string, string>> = {
    INCLUDE_ALL_METADATA: 'include-all',
    EXCLUDE_ALL_METADATA: 'exclude-all',
  };
  const metadata = words[textOf(field(log, 'metadata')) ?? ''];
  const more = [
    ['targetTags', '--target-tags'],
    ['targetServiceAccounts', '--target-service-accounts'],
    ['destinationRanges', '--destination-ranges'],
  ] as const;
  return [
    ...head,
    ...tail,
    `--network=${owner}`,
    `--direction=${textOf(field(after, 'direction')) ?? 'INGRESS'}`,
    `--priority=${integerOf(field(after, 'priority')) ?? 1000}`,
    `--action=${action}`,
    `--rules=${rules.join(',')}`,
    ...sources,
    ...more.flatMap(([key, flag]) => {
      const all = textsOf(after, key);
      return all.length === 0 ? [] : [`${flag}=${all.join(',')}`];
    }),
    ...(description === undefined || description === '' ? [] : [`--description=${description}`]),
    ...(field(log, 'enable') === true ? ['--enable-logging'] : []),
    ...(metadata === undefined ? [] : [`--logging-metadata=${metadata}`]),
    ...(field(after, 'disabled') === true ? ['--disabled'] : []),
  ];
}

/** The project stands in the addresses that GCP gives its objects. */
export const projectOf = (rule: Value | undefined): string | undefined =>
  [textOf(field(rule, 'selfLink')), textOf(field(rule, 'network'))]
    .map((link) => /(?:^|\/)projects\/([^/]+)\//.exec(link ?? '')?.[1])
    .find((project) => project !== undefined);

/** `kubectl …`, with the object as its standard input. */
export function kubectlCommand({ owner, name, before, after }: CloudStep, isBack: boolean): string {
  if (!after) return quoteWords(['kubectl', 'delete', 'networkpolicy', name, '--namespace', owner]);
  // Of version 1.1, as kubectl reads it: there yes, on and 0o17 are no texts without quotes.
  const text = stringify(plainOf(policyFor(after, before !== undefined && !isBack)), {
    lineWidth: 0,
    version: '1.1',
  });
  let mark = 'KEYWARD';
  while (text.split('\n').includes(mark)) mark += '_';
  // Replace, and not apply: with the version that was read in it, it fails where the policy was changed since.
  return `kubectl ${before ? 'replace' : 'create'} -f - <<'${mark}'\n${text}${mark}`;
}

/** Fields have no prototype, which printers of YAML take for something of their own. */
const plainOf = (value: Value): unknown =>
  Array.isArray(value)
    ? value.map(plainOf)
    : isFields(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainOf(one)]))
      : value;
