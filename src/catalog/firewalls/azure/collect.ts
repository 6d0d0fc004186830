/** Finds network security groups in all forms in which they are printed and written. */
import {
  field,
  findAll,
  integerOf,
  isFields,
  isList,
  isUnresolved,
  listOf,
  newFields,
  saying,
  type Source,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import { flat } from './rules.ts';
import { resolveTemplate, type Template } from './template-expression.ts';

export interface Group {
  readonly id: string;
  readonly value: Value;
  readonly rules: readonly Value[];
  readonly source: Source;
}

const groupType = 'microsoft.network/networksecuritygroups';
const ruleType = `${groupType}/securityrules`;
const mostCopies = 256;

const typeOf = (value: Value): string => textOf(field(value, 'type'))?.toLowerCase() ?? '';

const isTemplate = (value: Value): boolean =>
  isFields(value) &&
  isList(field(value, 'resources')) &&
  field(value, '$schema', 'contentVersion') !== undefined;

const isGroup = (value: Value): boolean => {
  if (typeOf(value) === groupType) return true;
  const inner = flat(value);
  return field(inner, 'securityRules') !== undefined || field(inner, 'defaultSecurityRules') !== undefined;
};
const isEffective = (value: Value): boolean => field(value, 'effectiveSecurityRules') !== undefined;

/** Addresses of service tags, as `az network list-service-tags` prints them. */
export function serviceTags(sources: readonly Source[]): Readonly<Record<string, readonly string[]>> {
  const isTag = (value: Value): boolean =>
    isList(field(field(value, 'properties'), 'addressPrefixes')) &&
    textOf(field(value, 'name')) !== undefined;
  return Object.fromEntries(
    sources
      .flatMap(({ value }) => findAll(value, isTag))
      .filter((value) => field(flat(value), 'systemService') !== undefined)
      .map((value) => [
        textOf(field(value, 'name')) ?? '',
        listOf(field(flat(value), 'addressPrefixes')).flatMap((prefix) => textOf(prefix) ?? []),
      ]),
  );
}

export const collectGroups = (sources: readonly Source[]): readonly Group[] =>
  sources.flatMap((source) => {
    const templates = findAll(source.value, isTemplate);
    return templates.length > 0
      ? templates.flatMap((template) => ofTemplate(template, source))
      : findAll(source.value, (value) => isGroup(value) || isEffective(value)).map((value) =>
          groupOf(value, source),
        );
  });

function groupOf(value: Value, source: Source, more: readonly Value[] = []): Group {
  const inner = flat(value);
  const id = field(inner, 'name') ?? field(field(inner, 'networkSecurityGroup'), 'id') ?? 'no name';
  return {
    id: saying(id).split('/').at(-1) ?? '',
    value,
    source,
    rules: isEffective(value)
      ? listOf(field(value, 'effectiveSecurityRules'))
      : [...listOf(field(inner, 'securityRules')), ...more, ...listOf(field(inner, 'defaultSecurityRules'))],
  };
}

/** Resources of a template, those of loops as often as they are made, and those that may not be made marked. */
function ofTemplate(value: Value, source: Source): readonly Group[] {
  const template: Template = {
    parameters: field(value, 'parameters'),
    variables: field(value, 'variables'),
    lines: source.lines,
  };
  const written = findAll(field(value, 'resources') ?? [], (one) =>
    [groupType, ruleType].includes(typeOf(one)),
  );
  const resources = written.flatMap((one) => copies(one, template));
  const lone = resources.filter((one) => typeOf(one) === ruleType);
  const groups = resources.filter((one) => typeOf(one) === groupType);
  const owner = (rule: Value): string => (saying(field(rule, 'name')).split('/')[0] ?? '').trim();
  const names = groups.map((group) => saying(field(group, 'name')));
  const orphans = Map.groupBy(
    lone.filter((rule) => !names.includes(owner(rule))),
    owner,
  );
  return [
    ...groups.map((group) =>
      groupOf(group, source, [
        ...lone.filter((rule) => owner(rule) === saying(field(group, 'name'))),
        ...findAll(field(group, 'resources') ?? [], (one) => typeOf(one).endsWith('securityrules')),
      ]),
    ),
    ...Array.from(orphans, ([id, rules]) => ({ id, value: rules[0] as Value, rules, source })),
  ];
}

function copies(resource: Value, template: Template): readonly Value[] {
  const condition = resolveTemplate(field(resource, 'condition') ?? true, template);
  if (condition === false) return [];
  const marked = (value: Value): Value => {
    if (condition === true || condition === 'true' || !isFields(value)) return value;
    const out = Object.assign(newFields(), value);
    out['(only if)'] = isUnresolved(condition) ? condition : unresolved(saying(condition));
    return out;
  };
  const loop = field(resource, 'copy');
  if (loop === undefined) return [marked(resolveTemplate(resource, template))];
  const count = integerOf(resolveTemplate(field(loop, 'count') ?? null, template));
  if (count === undefined || count > mostCopies) return [marked(resolveTemplate(resource, template))];
  return Array.from({ length: count }, (_, index) => marked(resolveTemplate(resource, template, index)));
}
