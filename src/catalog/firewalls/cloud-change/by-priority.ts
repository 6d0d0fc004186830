/**
 * Rules that are tried in the order of their priority. The smallest change to them: a rule that is for nothing but these
 * ports is narrowed; what else lets others in is left as it is, and a denial comes before it. Where that does not lead
 * to the wish, who shall get in is allowed before all other rules for these ports, and everybody else is denied there.
 */
import { type Addresses, noAddresses, together } from '../cloud-shared/index.ts';
import { allOfThem, cidrOf, common, isNobody, isPartOf, meant } from './sources.ts';
import { type CloudStep, type CloudWish, NoChange, type View } from './step.ts';

/** A rule for packets that come in. */
export interface RankedRule {
  readonly priority: number;
  /** Whether it decides over any of the wished ports. */
  readonly relevant: boolean;
  readonly allow: boolean;
  /** Whether it decides over all of the wished ports, wherever they are. */
  readonly whole: boolean;
  readonly words: readonly string[];
  /** The same rule for these sources only, or none of it; absent where it is for more than the wish is about. */
  readonly narrow?: (words: readonly string[]) => CloudStep;
}

export interface Ranking {
  readonly rules: readonly RankedRule[];
  /** Priorities that rules of people may have. */
  readonly first: number;
  readonly last: number;
  /** Sources that may stand in one rule together; each bundle takes a priority of its own. */
  readonly bundles: (words: readonly string[] | 'everybody') => readonly (readonly string[])[];
  readonly make: (
    allow: boolean,
    words: readonly string[] | 'everybody',
    priorities: readonly number[],
  ) => readonly CloudStep[];
}

/** Who gets through with these steps done: everywhere, and somewhere. */
export type Look = (steps: readonly CloudStep[]) => {
  readonly everywhere: Addresses;
  readonly somewhere: Addresses;
};

const setOf = (words: readonly string[], view: View): Addresses =>
  words.reduce<Addresses>((sum, word) => together(sum, view.addressesOf(word) ?? noAddresses), noAddresses);

/** Free priorities, as late as they can be before `end`, and after `start`. */
function free(
  { rules }: Ranking,
  count: number,
  start: number,
  end: number,
  taken: readonly number[],
): readonly number[] | undefined {
  const used = new Set([...rules.map(({ priority }) => priority), ...taken]);
  const found: number[] = [];
  for (let priority = end - 1; priority > start && found.length < count; priority--)
    if (!used.has(priority)) found.unshift(priority);
  return found.length < count ? undefined : found;
}

function front(ranking: Ranking, count: number, before: number): readonly number[] {
  const found = free(ranking, count, ranking.first - 1, Math.min(before, ranking.last + 1), []);
  if (found) return found;
  throw new NoChange(
    `there is no room for ${count} rules before priority ${before}`,
    'Renumber the rules that are there first: Keyward does not rewrite rules of others.',
  );
}

/** Whether only the cloud knows which addresses this is: its stand-in says nothing about networks and other names. */
const isNamed = (word: string): boolean =>
  cidrOf(word) === undefined && !['*', 'any', 'internet', 'azureloadbalancer'].includes(word.toLowerCase());

/** Two words that may mean the same somebody, which nobody can see. */
function mayOverlap(a: string, b: string): boolean {
  const both = [a.toLowerCase(), b.toLowerCase()];
  if (a === b || !(isNamed(a) || isNamed(b)) || both.includes('azureloadbalancer')) return false;
  return !(both.includes('internet') && both.includes('virtualnetwork'));
}

/** Whether these rules, the first one first, may let in somebody of a word that their stand-ins do not show. */
function mayReach(word: string, relevant: readonly RankedRule[], view: View): boolean {
  const first = relevant.find(({ allow, words }) => allow && words.some((one) => mayOverlap(word, one)));
  if (!first) return false;
  const denied = relevant
    .filter(({ allow, whole, priority }) => !allow && whole && priority <= first.priority)
    .flatMap(({ words }) => words);
  if (denied.includes(word) || denied.some((one) => ['*', 'any'].includes(one.toLowerCase()))) return false;
  if (denied.includes('0.0.0.0/0') && denied.includes('::/0')) return false;
  return isNamed(word) || !isPartOf(meant(word, view), setOf(denied, view));
}

/** Whether a denial before the rule that lets it in may keep out somebody of a word. */
function mayMiss(word: string, relevant: readonly RankedRule[], view: View): boolean {
  const open = relevant.find(
    ({ allow, whole, words }) => allow && whole && isPartOf(meant(word, view), setOf(words, view)),
  );
  return relevant.some(
    ({ allow, words, priority }) =>
      !allow &&
      (!open || priority <= open.priority) &&
      words.some((one) => !isAll(one) && mayOverlap(word, one)),
  );
}

const isAll = (word: string): boolean => ['*', 'any', '0.0.0.0/0', '::/0'].includes(word.toLowerCase());

/** Ways to reach the wish, the smaller one first. Each still has to be proved. */
export function* waysByPriority(
  ranking: Ranking,
  wish: CloudWish,
  view: View,
  look: Look,
): Generator<readonly CloudStep[]> {
  const words = wish.sources.map((word) => cidrOf(word) ?? word);
  const named = allOfThem(words, view);
  const relevant = ranking.rules.filter((rule) => rule.relevant).toSorted((a, b) => a.priority - b.priority);
  const end = relevant[0]?.priority ?? ranking.last + 1;
  const now = look([]);
  if (wish.mode === 'allow') {
    const missing = words.filter(
      (word) => !isPartOf(meant(word, view), now.everywhere) || mayMiss(word, relevant, view),
    );
    if (missing.length === 0) return yield [];
    const place = relevant.find(({ allow }) => !allow)?.priority ?? ranking.last + 1;
    for (const before of [place, end])
      yield ranking.make(true, missing, front(ranking, ranking.bundles(missing).length, before));
    return;
  }
  if (wish.mode === 'deny') {
    const reaching = words.filter(
      (word) => !isNobody(common(meant(word, view), now.somewhere)) || mayReach(word, relevant, view),
    );
    if (reaching.length === 0) return yield [];
    const place =
      relevant.find(
        (rule) =>
          rule.allow &&
          (!isNobody(common(setOf(rule.words, view), named)) ||
            rule.words.some((one) => reaching.some((word) => mayOverlap(word, one)))),
      )?.priority ?? end;
    for (const before of [place, end])
      yield ranking.make(false, reaching, front(ranking, ranking.bundles(reaching).length, before));
    return;
  }
  const unsure = words.some((word) => mayMiss(word, relevant, view));
  if (!unsure && isPartOf(now.somewhere, named) && isPartOf(named, now.everywhere)) return yield [];
  const small = unsure ? undefined : narrowed(ranking, words, named, relevant, view, look);
  if (small) yield small;
  const places = [ranking.bundles(words).length, ranking.bundles('everybody').length] as const;
  const numbers = front(ranking, places[0] + places[1], end);
  yield [
    ...ranking.make(true, words, numbers.slice(0, places[0])),
    ...ranking.make(false, 'everybody', numbers.slice(places[0])),
  ];
}

function narrowed(
  ranking: Ranking,
  words: readonly string[],
  named: Addresses,
  relevant: readonly RankedRule[],
  view: View,
  look: Look,
): readonly CloudStep[] | undefined {
  const wide = relevant.filter(
    (rule) => rule.allow && rule.narrow && !isPartOf(setOf(rule.words, view), named),
  );
  const [main, ...further] = wide;
  // One rule takes all who shall get in through it and are in no other; the others lose only who shall not.
  const elsewhere = setOf(
    relevant.filter((rule) => rule.allow && !wide.includes(rule)).flatMap((rule) => rule.words),
    view,
  );
  const stay = words.filter((word) => !isPartOf(meant(word, view), elsewhere));
  const [bundle = [], ...bundles] = stay.length === 0 ? [] : ranking.bundles(stay);
  const updates: CloudStep[] = [];
  if (main?.narrow) updates.push(main.narrow(bundle));
  for (const rule of further)
    if (rule.narrow)
      updates.push(rule.narrow(rule.words.filter((word) => isPartOf(setOf([word], view), named))));
  const open = main ? bundles.flat() : stay;
  const last = Math.max(
    ranking.first - 1,
    ...relevant.filter((rule) => rule.allow && isGood(rule)).map(({ priority }) => priority),
  );
  const firstBad = relevant.find(
    (rule) => rule.allow && !rule.narrow && !isPartOf(setOf(rule.words, view), named),
  );
  const firstDeny = relevant.find(({ allow }) => !allow);
  const taken: number[] = [];
  const made: CloudStep[] = [];
  if (open.length > 0) {
    const before = Math.min(
      firstBad?.priority ?? Infinity,
      firstDeny?.priority ?? Infinity,
      ranking.last + 1,
    );
    // A denial may have to come behind it.
    const numbers = free(
      ranking,
      ranking.bundles(open).length,
      ranking.first - 1,
      before - (firstBad ? ranking.bundles('everybody').length : 0),
      [],
    );
    if (!numbers) return undefined;
    taken.push(...numbers);
    made.push(...ranking.make(true, open, numbers));
  }
  const changed = [...made, ...updates];
  const { somewhere } = look(changed);
  const denials: CloudStep[] = [];
  if (!isPartOf(somewhere, named)) {
    const before = Math.min(firstBad?.priority ?? ranking.last + 1, ranking.last + 1);
    const numbers = free(
      ranking,
      ranking.bundles('everybody').length,
      Math.max(last, ...taken),
      before,
      taken,
    );
    if (!numbers) return undefined;
    denials.push(...ranking.make(false, 'everybody', numbers));
  }
  const gone = (step: CloudStep): boolean => step.after === undefined;
  return [...made, ...updates.filter((step) => !gone(step)), ...denials, ...updates.filter(gone)];

  function isGood(rule: RankedRule): boolean {
    return rule === main
      ? bundle.length > 0
      : rule.narrow !== undefined || isPartOf(setOf(rule.words, view), named);
  }
}
