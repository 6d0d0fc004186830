import type { Plan, Step } from '../../../model/index.ts';

/** A variable for each secret of the plan: `user:app` is `SECRET_USER_APP`; a number follows where two are alike. */
export function secretNames(plan: Plan): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id } of plan.secrets) {
    const plain = `SECRET_${id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
    let name = plain;
    for (let number = 2; taken.has(name); number++) name = `${plain}_${number}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

export const secretsIn = (step: Step): readonly string[] => references([step.does, step.guard, step.proves]);

/** A step that names a secret which the plan does not have cannot be said. */
export function unknownSecret(step: Step, names: ReadonlyMap<string, string>): string | undefined {
  const unknown = secretsIn(step).find((id) => !names.has(id));
  return unknown === undefined ? undefined : `needs the secret ${unknown}, which the plan does not have`;
}

const references = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: readonly [string, unknown]) =>
    (key === 'secret' || key === 'drop') && typeof item === 'string' ? [item] : references(item),
  );
};
