/** Ids that some part of a plan speaks of, wherever they stand in it. */
export interface References {
  readonly nodes: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

/** Looks into all of a value: a kind of action or claim that is new cannot be overlooked. */
export function referencesIn(value: unknown): References {
  const nodes = new Set<string>();
  const secrets = new Set<string>();
  const left: unknown[] = [value];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one !== 'object' || one === null) continue;
    for (const [name, part] of Object.entries(one)) {
      if (typeof part === 'object') left.push(part ?? {});
      else if (typeof part !== 'string') continue;
      else if (name === 'node') nodes.add(part);
      else if (name === 'secret' || name === 'drop') secrets.add(part);
    }
  }
  return { nodes, secrets };
}
