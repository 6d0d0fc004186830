/** Resources of `terraform show -json`, of a plan or a state, and of a state file. */
import {
  field,
  fieldAt,
  integerOf,
  isFields,
  isList,
  listOf,
  newFields,
  position,
  type Problems,
  saying,
  type Source,
  textOf,
  unresolved,
  type Value,
} from '../cloud-shared/index.ts';
import { isOfInterest, type Resource } from './resource.ts';

export const isPlan = (value: Value): boolean =>
  field(value, 'planned_values') !== undefined ||
  field(value, 'format_version') !== undefined ||
  (field(value, 'terraform_version') !== undefined && field(value, 'resources') !== undefined);

export function resourcesOfPlan(source: Source, problems: Problems): readonly Resource[] {
  const { value } = source;
  const at = position(source, value, 'the whole document');
  const version = textOf(field(value, 'format_version'));
  if (version !== undefined && !/^[01]\./.test(version))
    problems.add(at, `format_version ${version} is newer than what is known: it is read as version 1`, true);
  if (field(value, 'planned_values', 'values') === undefined && isList(field(value, 'resources')))
    return ofStateFile(value, source, problems);
  const root = fieldAt(field(value, 'planned_values') ?? field(value, 'values'), 'root_module');
  if (root === undefined) problems.add(at, 'neither planned_values nor values of a state stand here', true);
  const unknown = new Map(
    listOf(field(value, 'resource_changes')).map((change) => [
      textOf(field(change, 'address')) ?? '',
      fieldAt(change, 'change', 'after_unknown'),
    ]),
  );
  return ofModule(root, fieldAt(value, 'configuration', 'root_module'), '', source, unknown, 0);
}

function ofModule(
  module: Value | undefined,
  configuration: Value | undefined,
  prefix: string,
  source: Source,
  unknown: ReadonlyMap<string, Value | undefined>,
  depth: number,
): readonly Resource[] {
  if (depth > 30) return [];
  const own = listOf(field(module, 'resources')).flatMap((resource): readonly Resource[] => {
    const type = textOf(field(resource, 'type')) ?? '';
    if (!isOfInterest(type) || field(resource, 'mode') === 'data') return [];
    const address =
      textOf(field(resource, 'address')) ?? `${prefix}${type}.${saying(field(resource, 'name'))}`;
    const written = listOf(field(configuration, 'resources')).find(
      (one) =>
        field(one, 'type') === type &&
        field(one, 'name') === field(resource, 'name') &&
        field(one, 'mode') !== 'data',
    );
    const values = filled(
      field(resource, 'values') ?? newFields(),
      unknown.get(address),
      field(written, 'expressions'),
      prefix,
      0,
    );
    const line = typeof resource === 'object' && resource !== null ? source.lines.get(resource) : undefined;
    if (line !== undefined && isFields(values) && !source.lines.has(values)) source.lines.set(values, line);
    return [
      {
        type,
        address,
        values,
        lines: source.lines,
        ...(source.file === undefined ? {} : { file: source.file }),
      },
    ];
  });
  const children = listOf(field(module, 'child_modules')).flatMap((child) => {
    const address = textOf(field(child, 'address')) ?? '';
    const name = (address.split('.').at(-1) ?? '').replace(/\[.*$/, '');
    const inner = fieldAt(configuration, 'module_calls', name, 'module');
    return ofModule(child, inner, `${address}.`, source, unknown, depth + 1);
  });
  return [...own, ...children];
}

/** Values with what is known only after apply marked, by what the configuration refers to there. */
function filled(
  value: Value,
  unknown: Value | undefined,
  written: Value | undefined,
  prefix: string,
  depth: number,
): Value {
  if (depth > 20 || unknown === undefined || unknown === false) return value;
  const reference = (part: Value | undefined): Value => {
    const [name] = listOf(field(part, 'references'));
    const text = textOf(name);
    return unresolved(text === undefined ? 'known after apply' : `${prefix}${text}`);
  };
  if (unknown === true) return reference(written);
  if (isList(unknown)) {
    const list = isList(value) ? value : [];
    const parts = listOf(written);
    return unknown.map((one, index) =>
      filled(list[index] ?? null, one, isList(written) ? parts[index] : written, prefix, depth + 1),
    );
  }
  if (!isFields(unknown)) return value;
  const out = newFields();
  if (isFields(value)) for (const [name, one] of Object.entries(value)) out[name] = one;
  for (const [name, one] of Object.entries(unknown)) {
    // What the provider fills in by itself is nothing that somebody wrote: no source, no further rule.
    if (depth === 0 && one === true && isFields(written) && !Object.hasOwn(written, name)) continue;
    out[name] = filled(out[name] ?? null, one, field(written, name), prefix, depth + 1);
  }
  return out;
}

function ofStateFile(value: Value, source: Source, problems: Problems): readonly Resource[] {
  const version = integerOf(field(value, 'version'));
  if (version !== 4)
    problems.add(
      position(source, value, 'the whole document'),
      `a state file of version ${saying(field(value, 'version'))}: only version 4 is read`,
      true,
    );
  return listOf(field(value, 'resources')).flatMap((resource) => {
    const type = textOf(field(resource, 'type')) ?? '';
    if (!isOfInterest(type) || field(resource, 'mode') === 'data') return [];
    const module = textOf(field(resource, 'module'));
    const address = `${module === undefined ? '' : `${module}.`}${type}.${saying(field(resource, 'name'))}`;
    return listOf(field(resource, 'instances')).map((instance): Resource => {
      const key = field(instance, 'index_key');
      return {
        type,
        address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
        values: field(instance, 'attributes') ?? newFields(),
        lines: source.lines,
        ...(source.file === undefined ? {} : { file: source.file }),
      };
    });
  });
}
