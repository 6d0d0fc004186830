/** Reader of Terraform: plans and states as JSON, and the files themselves. */
import type { Position } from '../../../lang/packets/index.ts';
import { awsRules } from '../aws/index.ts';
import { azureRules } from '../azure/index.ts';
import { gcpRules } from '../gcp/index.ts';
import { kubernetesRules } from '../kubernetes/index.ts';
import {
  type CloudDocument,
  type CloudReading,
  newProblems,
  type Problems,
  position,
  readJson,
  type Source,
  type SubjectRules,
  withUnread,
  type Value,
} from '../cloud-shared/index.ts';
import { amazonOf, networksOf } from './amazon.ts';
import type { TerraformContext } from './context.ts';
import { readModule } from './module.ts';
import { azureOf, gcpOf, kubernetesOf } from './others.ts';
import { isPlan, resourcesOfPlan } from './plan.ts';
import type { Resource } from './resource.ts';

/**
 * Rule sets as the readers of the clouds give them, of all that is declared. Files of one folder belong together; a
 * plan or a state stands for itself. What a file does not say (variables without default, what other modules hand
 * over, attributes that the provider sets) is open. Never throws.
 *
 * @example parseTerraform([{ text, file: 'main.tf' }]).ruleSets[0]?.subject.id // 'aws_security_group.redis'
 */
export function parseTerraform(
  documents: readonly CloudDocument[],
  context: TerraformContext = {},
): CloudReading {
  const problems = newProblems();
  const ruleSets: SubjectRules[] = [];
  const folders = new Map<string, CloudDocument[]>();
  const lost: Position[] = [];
  for (const document of documents) {
    const { text, file } = document;
    const isJson = text.trimStart().startsWith('{') && !/\.tf\.json$|\.tfvars\.json$/.test(file ?? '');
    const read = isJson ? readJson(text) : undefined;
    if (read && (read.value === undefined || isPlan(read.value))) {
      for (const { line, column, reason, fatal } of read.problems)
        problems.add(
          { ...(file === undefined ? {} : { file }), line, text: `column ${column}` },
          reason,
          fatal,
        );
      if (read.value === undefined)
        lost.push({ ...(file === undefined ? {} : { file }), text: 'this document' });
      else
        ruleSets.push(
          ...rulesOf(
            resourcesOfPlan(
              { value: read.value, lines: read.lines, ...(file === undefined ? {} : { file }) },
              problems,
            ),
            context,
            problems,
          ),
        );
      continue;
    }
    const folder = file?.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
    const known = folders.get(folder);
    if (known) known.push(document);
    else folders.set(folder, [document]);
  }
  for (const files of folders.values()) {
    const { resources, unread } = readModule(files, context.variables ?? {}, problems);
    ruleSets.push(...rulesOf(resources, context, problems));
    lost.push(...unread);
  }
  return { ruleSets: withUnread('terraform', ruleSets, lost, problems.all), problems: problems.all };
}

function rulesOf(
  resources: readonly Resource[],
  context: TerraformContext,
  problems: Problems,
): readonly SubjectRules[] {
  const sourceOf = ({ value, resource }: { readonly value: Value; readonly resource: Resource }): Source => ({
    value,
    lines: resource.lines,
    ...(resource.file === undefined ? {} : { file: resource.file }),
  });
  const notHere = ({ lines, file, values, address }: Resource, name: string): void =>
    problems.add(
      position({ lines, ...(file === undefined ? {} : { file }) }, values, address),
      `${name} is not declared here: rules that it has elsewhere are not seen`,
    );
  const networks = context.networks ?? networksOf(resources);
  const aws = { ...context, ...(networks.length > 0 ? { networks } : {}) };
  const amazon = amazonOf(resources, notHere).map(sourceOf);
  const azure = azureOf(resources, notHere).map(sourceOf);
  const gcp = gcpOf(resources).map(sourceOf);
  const kubernetes = kubernetesOf(resources).map(sourceOf);
  return [
    ...(amazon.length > 0 ? awsRules(amazon, aws, problems) : []),
    ...(azure.length > 0 ? azureRules(azure, context, problems) : []),
    ...(gcp.length > 0 ? gcpRules(gcp, context, problems) : []),
    ...(kubernetes.length > 0 ? kubernetesRules(kubernetes, context, problems).ruleSets : []),
  ];
}
