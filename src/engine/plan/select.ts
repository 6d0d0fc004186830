import { policies } from '../../catalog/policies/index.ts';
import type { Draft, Hold } from './draft.ts';
import type { PlanInput } from './input.ts';
import { themesOf, type Wish } from './wishes.ts';

/** Drafts by what the user named: a step brings what it rests on, and goes with it. */
export function selected(
  drafts: readonly Draft[],
  input: PlanInput,
  wishes: readonly Wish[],
): readonly Draft[] {
  const { only = [], except = [], policy } = input;
  const byKey = new Map(drafts.map((draft) => [draft.key, draft]));
  const themes = themesOf(wishes);
  const isNamed = ({ kind, checks }: Draft, words: readonly string[]): boolean =>
    words.includes(kind) ||
    checks.some((check) => words.includes(check) || words.includes(themes.get(check) ?? ''));
  const mayPlan = (draft: Draft): boolean =>
    only.length > 0 ? isNamed(draft, only) : policies[policy].steps.includes(draft.kind);
  const wanted = new Set<string>();
  const want = (draft: Draft): void => {
    if (wanted.has(draft.key)) return;
    wanted.add(draft.key);
    for (const key of draft.requires ?? []) {
      const before = byKey.get(key);
      if (before) want(before);
    }
  };
  for (const draft of drafts) if (mayPlan(draft)) want(draft);
  const dropped = new Set(
    drafts.filter(({ key, kind }) => !wanted.has(key) || except.includes(kind)).map(({ key }) => key),
  );
  for (let grew = true; grew;) {
    grew = false;
    for (const { key, requires = [] } of drafts) {
      if (dropped.has(key) || !requires.some((one) => byKey.has(one) && dropped.has(one))) continue;
      dropped.add(key);
      grew = true;
    }
  }
  return drafts.filter(({ key }) => !dropped.has(key));
}

/** What rests on a held step is held with it; what rests on nothing may risk more. */
export function withHolds(drafts: readonly Draft[]): readonly Draft[] {
  const holds = new Map<string, Hold>();
  const keys = new Set(drafts.map(({ key }) => key));
  const isAlone = ({ requires = [] }: Draft): boolean => !requires.some((one) => keys.has(one));
  for (const draft of drafts) {
    const { key, held, alone } = draft;
    const own = held ?? (isAlone(draft) ? alone : undefined);
    if (own) holds.set(key, own);
  }
  for (let grew = true; grew;) {
    grew = false;
    for (const { key, requires = [], title } of drafts) {
      if (holds.has(key)) continue;
      const before = requires.find((one) => holds.has(one));
      const hold = before === undefined ? undefined : holds.get(before);
      if (before === undefined || hold === undefined) continue;
      const first = drafts.find((one) => one.key === before)?.title ?? title;
      holds.set(key, { why: `It rests on “${first}”, which is held: ${hold.why}`, release: hold.release });
      grew = true;
    }
  }
  return drafts.map((draft) => ({
    ...draft,
    ...(draft.riskAlone && isAlone(draft) ? { risk: draft.riskAlone } : {}),
    held: holds.get(draft.key),
  }));
}
