/** Several compose files are one: lists of ports add up, all else of a later file counts. */
import {
  field,
  type Fields,
  isFields,
  isList,
  isUnresolved,
  newFields,
  saying,
  type Value,
} from '../cloud-shared/index.ts';

/** Tags that take an earlier value away, or put another in its place. */
const tagged = (value: Value | undefined, tag: '!reset' | '!override'): Value | undefined =>
  isFields(value) && Object.keys(value).length === 1 ? field(value, tag) : undefined;
const isReset = (value: Value | undefined): boolean => isFields(value) && Object.hasOwn(value, '!reset');

export function mergeServices(earlier: Value | undefined, later: Value | undefined): Fields {
  const out = newFields();
  for (const file of [earlier, later])
    if (isFields(file))
      for (const [name, service] of Object.entries(file)) out[name] = mergeService(out[name], service);
  return out;
}

function mergeService(earlier: Value | undefined, later: Value): Value {
  if (isReset(later)) return null;
  if (!isFields(later)) return later ?? earlier ?? null;
  const out = newFields();
  if (isFields(earlier)) for (const [name, value] of Object.entries(earlier)) out[name] = value;
  for (const [name, value] of Object.entries(later)) {
    const instead = tagged(value, '!override');
    if (isReset(value)) delete out[name];
    else if (instead !== undefined) out[name] = instead;
    else if (name === 'ports') out[name] = mergePorts(out[name], value);
    else if (name === 'networks') out[name] = mergeNetworks(out[name], value);
    else out[name] = value;
  }
  return out;
}

function mergePorts(earlier: Value | undefined, later: Value): Value {
  if (!isList(earlier)) return later;
  if (!isList(later)) return isUnresolved(later) ? later : earlier;
  const seen = new Set(earlier.map(saying));
  return [...earlier, ...later.filter((port) => !seen.has(saying(port)))];
}

function mergeNetworks(earlier: Value | undefined, later: Value): Value {
  const out = newFields();
  for (const networks of [earlier, later]) {
    if (isList(networks)) for (const name of networks) out[saying(name)] = null;
    else if (isFields(networks)) Object.assign(out, networks);
  }
  return out;
}
