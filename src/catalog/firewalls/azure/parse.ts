/** Reader of network security groups: what `az network nsg` and the API print, effective rules, ARM templates. */
import {
  type CloudDocument,
  type CloudReading,
  field,
  guard,
  newProblems,
  position,
  type Problems,
  readJsonDocuments,
  type Source,
  type SubjectRules,
  subjectRules,
  withUnread,
} from '../cloud-shared/index.ts';
import { collectGroups, serviceTags } from './collect.ts';
import type { AzureContext } from './context.ts';
import { inboundRules } from './rules.ts';

/**
 * One rule set for each network security group. Hand that of the subnet and that of the network interface to `reach`
 * together: both must let a packet in. Never throws.
 *
 * @example parseAzure([{ text }], { networks: ['10.0.0.0/16'] }).ruleSets[0]?.subject.id // 'nsg1'
 */
export function parseAzure(documents: readonly CloudDocument[], context: AzureContext = {}): CloudReading {
  const problems = newProblems();
  const { sources, unread } = readJsonDocuments(documents, problems);
  const ruleSets = azureRules(sources, context, problems);
  return { ruleSets: withUnread('azure', ruleSets, unread, problems.all), problems: problems.all };
}

/** The same from values, wherever they come from. */
export function azureRules(
  sources: readonly Source[],
  given: AzureContext,
  problems: Problems,
): readonly SubjectRules[] {
  const context: AzureContext = { ...given, members: { ...serviceTags(sources), ...given.members } };
  const groups = collectGroups(sources);
  if (groups.length === 0)
    for (const source of sources)
      problems.add(
        position(source, source.value, 'the whole document'),
        'no network security group of Azure stands here',
        true,
      );
  return groups.map(({ id, value, rules, source }) => {
    const at = position(source, value, `network security group ${id}: no rule lets it in`);
    const own = inboundRules(rules, source, context, problems);
    const condition = field(value, '(only if)');
    const perhaps =
      condition === undefined
        ? own
        : [
            {
              when: [],
              does: [{ deed: 'opaque' as const, on: 'other' as const, text: 'whether the group is made' }],
              at,
            },
          ];
    return subjectRules(
      'azure',
      { kind: 'network-security-group', id },
      [guard('input', 0, perhaps, at)],
      problems.all,
    );
  });
}
