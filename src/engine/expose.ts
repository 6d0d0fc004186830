import type { Ability } from './abilities.ts';
import type { Escalation } from './escalations.ts';
import { createMemories } from './remembered.ts';
import type { Actor, AdvisoryState, Capability, Cell, Exposure, Origin } from '../model/index.ts';

/** What a user may do by themselves, and who they may become. */
export interface Holding {
  readonly abilities: readonly Ability[];
  readonly escalations: readonly Escalation[];
}

export interface ExposeInput {
  readonly origins: readonly Origin[];
  readonly actors: readonly Actor[];
  /** By user. */
  readonly holdings: ReadonlyMap<string, Holding>;
  /** What somebody has who may do all that the server can be asked. */
  readonly everything: readonly Ability[];
  /** TLS connections need a certificate of a client: a login alone is then not enough. */
  readonly clientCertificate: boolean;
  /** Holes of this very version, with the actors who have what it takes. */
  readonly holes: readonly AdvisoryState[];
  readonly notCollected: readonly string[];
}

const isLocal = ({ reach }: Origin): boolean => reach === 'host' || reach === 'socket';

const none: readonly Ability[] = [];

/** Abilities of a user and of all they may become, each with the way there. */
function abilitiesOfUser(
  user: string,
  input: ExposeInput,
  seen: ReadonlySet<string> = new Set(),
): readonly Ability[] {
  const holding = input.holdings.get(user);
  if (!holding || seen.has(user)) return none;
  const { abilities, escalations } = holding;
  if (escalations.length === 0) return abilities;
  const via = new Set([...seen, user]);
  const won = escalations.map(({ to }) =>
    to === 'everything' ? input.everything : abilitiesOfUser('default', input, via),
  );
  return withWon(abilities, escalations, won);
}

interface Won {
  readonly roads: string;
  readonly from: readonly (readonly Ability[])[];
  readonly all: readonly Ability[];
}

// Servers that are alike have the same lists, so that it is worked out once what comes of them.
const wonWith = new WeakMap<readonly Ability[], readonly Won[]>();
const mostWon = 16;

/** What somebody has who has `own`, and by each of the escalations the abilities in `from` at its place. */
function withWon(
  own: readonly Ability[],
  escalations: readonly Escalation[],
  from: readonly (readonly Ability[])[],
): readonly Ability[] {
  const roads = JSON.stringify(escalations);
  const before = wonWith.get(own) ?? [];
  const had = before.find(
    (one) => one.roads === roads && one.from.every((abilities, index) => abilities === from[index]),
  );
  if (had) return had.all;
  const won = escalations.flatMap(({ by, certainty }, index) =>
    (from[index] ?? none).map((one): Ability => ({
      ...one,
      by: `${by}, then ${one.by}`,
      certainty: certainty === 'possible' ? certainty : one.certainty,
    })),
  );
  // What they have of themselves needs no detour: only what is new or surer or from farther is told.
  const has = (one: Ability, among: readonly Ability[]): boolean =>
    among.some(
      ({ can, certainty, localOnly }) =>
        can === one.can &&
        (certainty === 'certain' || one.certainty === 'possible') &&
        (!localOnly || one.localOnly),
    );
  const all = [...own, ...won.filter((one) => !has(one, own))];
  wonWith.set(own, [{ roads, from, all }, ...before].slice(0, mostWon));
  return all;
}

/** Holes through which this actor may run code. */
const holesFor = ({ id }: Actor, { holes }: ExposeInput): readonly string[] =>
  holes
    .filter(
      ({ reachableBy, state, effects }) =>
        state === 'affected' && effects.includes('code-execution') && reachableBy.includes(id),
    )
    .map((hole) => hole.id);

/** One thing that somebody is able to do, and how. */
interface Way {
  readonly can: Capability;
  readonly certain: boolean;
  readonly by: readonly string[];
}

const memories = createMemories<readonly Way[]>();

/** The ways that abilities and holes open, from this host (`local`) or from others. */
const waysOf = (abilities: readonly Ability[], holes: readonly string[], local: boolean): readonly Way[] =>
  memories(abilities)(`${local} ${holes.join(' ')}`, () => {
    const all = [
      ...abilities,
      ...holes.map((by): Ability => ({ can: 'execute', by, localOnly: false, certainty: 'possible' })),
    ];
    const usable = all.filter(({ localOnly }) => !localOnly || local);
    return [...Map.groupBy(usable, ({ can }) => can)].map(([can, list]) => ({
      can,
      certain: list.some(({ certainty }) => certainty === 'certain'),
      // Sure ways first: they decide.
      by: [
        ...new Set(
          list
            .toSorted((a, b) => Number(a.certainty === 'possible') - Number(b.certainty === 'possible'))
            .map(({ by }) => by),
        ),
      ].slice(0, maxWays),
    }));
  });

/** Whether the actor gets in by this door: a certificate counts in TLS only. */
const entersBy = (origin: Origin, { kind }: Actor): boolean =>
  kind !== 'certificate' || ('port' in origin.via && origin.via.tls);

function cellsOf(
  origin: Origin,
  actor: Actor,
  { abilities, holes }: { readonly abilities: readonly Ability[]; readonly holes: readonly string[] },
  clientCertificate: boolean,
): readonly Cell[] {
  if (origin.refused || !entersBy(origin, actor)) return [];
  const needsMore =
    clientCertificate && 'port' in origin.via && origin.via.tls && actor.kind !== 'certificate';
  return waysOf(abilities, holes, isLocal(origin)).map(({ can, certain, by }) => ({
    from: origin.id,
    as: actor.id,
    can,
    certainty: origin.certainty === 'certain' && !needsMore && certain ? 'certain' : 'possible',
    by,
  }));
}

// Enough to see why; the full list of commands is in the grants.
const maxWays = 8;

/**
 * From where × as whom × able to do what. Pure: each cell comes from an origin that reaches the socket, an actor
 * who gets in there, and an ability that the actor's own commands give on this very server.
 */
export function expose(input: ExposeInput): Exposure {
  const able = input.actors.map((actor) => ({
    actor,
    may: { abilities: abilitiesOfUser(actor.user, input), holes: holesFor(actor, input) },
  }));
  return {
    origins: input.origins,
    actors: input.actors,
    cells: input.origins.flatMap((origin) =>
      able.flatMap(({ actor, may }) => cellsOf(origin, actor, may, input.clientCertificate)),
    ),
    notCollected: input.notCollected,
  };
}
