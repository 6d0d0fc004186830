import { allowedOf, families, limitsIn } from '../../catalog/firewalls/print/index.ts';
import {
  emptySet,
  equals,
  fromCidr,
  subtract,
  toCidrs,
  union,
  type AddressSet,
} from '../../lang/packets/index.ts';
import type { Origin } from '../../model/index.ts';
import type { Chosen, No } from './firewall-backend.ts';
import type { Situation } from './scene.ts';

/** What the user said of sources: these alone; `+` these as well; `-` these no longer. */
export interface Said {
  readonly how: 'only' | 'allow' | 'deny';
  readonly sources: readonly string[];
  /** Words that are no address and no network. */
  readonly wrong: readonly string[];
}

export function saidIn(answer: string): Said {
  const how = answer.startsWith('+') ? 'allow' : answer.startsWith('-') ? 'deny' : 'only';
  const words = answer
    .slice(how === 'only' ? 0 : 1)
    .split(/[\s,]+/)
    .filter((word) => word !== '' && word !== 'localhost');
  return {
    how,
    sources: words.filter((word) => fromCidr(word) !== undefined),
    wrong: words.filter((word) => fromCidr(word) === undefined),
  };
}

const most = 1000;

/**
 * Whom our rules shall let in, all told. `allow` adds to those whom rules of ours let in so far; where there are none,
 * it begins with nobody. `deny` takes away from them; where there are none, from all who reach the ports now.
 */
export function allowedAfter(
  { how, sources }: Said,
  node: Situation,
  ports: readonly number[],
  chosen: Chosen,
  before: readonly string[] | undefined,
): { readonly allow: readonly string[] } | No {
  if (how === 'only') return { allow: sources };
  if (how === 'allow') return { allow: [...new Set([...(before ?? []), ...sources])] };
  const base = before === undefined ? reachingNow(node, ports, chosen) : { allow: before };
  if ('why' in base) return base;
  const allow = families.flatMap((family) =>
    toCidrs(
      setOf(sources, family).reduce(subtract, setOf(base.allow, family).reduce(union, emptySet(family))),
    ),
  );
  return allow.length <= most
    ? { allow }
    : no(`Without ${sources.slice(0, 4).join(', ')} these are ${allow.length} networks, more than ${most}.`);
}

const no = (why: string): No => ({
  why,
  advice: 'Name all who may: keyward firewall allow 10.0.0.0/8, or --set reachable-from=10.0.0.0/8.',
});

const setOf = (texts: readonly string[], family: AddressSet['family']): readonly AddressSet[] =>
  texts.flatMap((text) => fromCidr(text) ?? []).filter((set) => set.family === family);

/** Rows of who gets through name so many networks at most. */
const mostOfRow = 1024;

/** All who get through to these ports from elsewhere, or may. */
function reachingNow(
  { view: { exposure } }: Situation,
  ports: readonly number[],
  { layer, ours }: Chosen,
): { readonly allow: readonly string[] } | No {
  if (!exposure.known) return no('Who reaches it now is not known, so nobody can be taken away from them.');
  const rows = exposure.value.origins.filter(
    ({ reach, refusedBy, via }) =>
      reach !== 'host' && refusedBy === undefined && 'port' in via && ports.includes(via.port),
  );
  if (rows.some(({ sources }) => sources.length >= mostOfRow))
    return no(`They are ${mostOfRow} networks or more who reach it now: not all of them are known.`);
  // An allow of theirs lets in: whoever got in to one port only, or perhaps, would to all of them for certain.
  if (ours.some(({ backend }) => backend === 'ufw' || backend === 'firewalld')) {
    if (rows.some(({ certainty }) => certainty === 'possible'))
      return no('Some reach it only perhaps, and rules of ours would let them in for certain.');
    if (ports.some((port) => !isSame(rowsAt(rows, port), rowsAt(rows, ports[0] ?? 0))))
      return no('Others reach the one port than the other, and rules of ours would let all into both.');
    const outer = ours.flatMap((part) => part.ports);
    if (layer.rules.some(({ text }) => limitsIn(text, outer)))
      return no('ufw limits how often somebody comes, and rules of ours would let all in without it.');
  }
  return { allow: rows.flatMap(({ sources }) => sources) };
}

const rowsAt = (rows: readonly Origin[], port: number): readonly string[] =>
  rows.flatMap(({ via, sources }) => ('port' in via && via.port === port ? sources : []));

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  families.every((family) => equals(allowedOf(some, family), allowedOf(others, family)));
