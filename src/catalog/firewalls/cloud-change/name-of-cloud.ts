import {
  type CloudDocument,
  field,
  findAll,
  newProblems,
  readYamlDocuments,
  type Value,
} from '../cloud-shared/index.ts';
import type { CloudName } from './step.ts';

const signs: readonly (readonly [CloudName, readonly string[]])[] = [
  ['aws', ['IpPermissions', 'NetworkAclId', 'SecurityGroupRuleId']],
  ['azure', ['securityRules', 'defaultSecurityRules', 'effectiveSecurityRules']],
  ['gcp', ['IPProtocol', 'firewallPolicys']],
];

/** Whose documents these are; nothing: of none, or of several. */
export function nameOfCloud(documents: readonly CloudDocument[]): CloudName | undefined {
  const { sources } = readYamlDocuments(documents, newProblems());
  const has = (names: readonly string[]): boolean =>
    sources.some(
      ({ value }) => findAll(value, (one: Value) => field(one, ...names) !== undefined).length > 0,
    );
  const found = signs.flatMap(([cloud, names]) => (has(names) ? [cloud] : []));
  const manifests = sources.some(
    ({ value }) => field(value, 'apiVersion') !== undefined && field(value, 'kind') !== undefined,
  );
  if (manifests && found.length === 0) return 'kubernetes';
  return found.length === 1 && !manifests ? found[0] : undefined;
}
