import type { Ability } from './abilities.ts';
import type { Escalation } from './escalations.ts';
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

/** Abilities of a user and of all they may become, each with the way there. */
function abilitiesOfUser(
  user: string,
  input: ExposeInput,
  seen: ReadonlySet<string> = new Set(),
): readonly Ability[] {
  const holding = input.holdings.get(user);
  if (!holding || seen.has(user)) return [];
  const via = new Set([...seen, user]);
  const won = holding.escalations.flatMap(({ to, by, certainty }) =>
    (to === 'everything' ? input.everything : abilitiesOfUser('default', input, via)).map((one): Ability => ({
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
  return [...holding.abilities, ...won.filter((one) => !has(one, holding.abilities))];
}

function abilitiesOfActor(actor: Actor, input: ExposeInput): readonly Ability[] {
  const holes = input.holes
    .filter(
      ({ reachableBy, state, effects }) =>
        state === 'affected' && effects.includes('code-execution') && reachableBy.includes(actor.id),
    )
    .map(({ id }): Ability => ({ can: 'execute', by: id, localOnly: false, certainty: 'possible' }));
  return [...abilitiesOfUser(actor.user, input), ...holes];
}

/** Whether the actor gets in by this door: a certificate counts in TLS only. */
const entersBy = (origin: Origin, { kind }: Actor): boolean =>
  kind !== 'certificate' || ('port' in origin.via && origin.via.tls);

function cellsOf(
  origin: Origin,
  actor: Actor,
  abilities: readonly Ability[],
  clientCertificate: boolean,
): readonly Cell[] {
  if (origin.refused || !entersBy(origin, actor)) return [];
  const usable = abilities.filter(({ localOnly }) => !localOnly || isLocal(origin));
  const byCapability = new Map<Capability, Ability[]>();
  for (const ability of usable)
    byCapability.set(ability.can, [...(byCapability.get(ability.can) ?? []), ability]);
  const needsMore =
    clientCertificate && 'port' in origin.via && origin.via.tls && actor.kind !== 'certificate';
  return [...byCapability].map(([can, list]) => ({
    from: origin.id,
    as: actor.id,
    can,
    certainty:
      origin.certainty === 'certain' && !needsMore && list.some(({ certainty }) => certainty === 'certain')
        ? 'certain'
        : 'possible',
    // Sure ways first: they decide.
    by: [
      ...new Set(
        list
          .toSorted((a, b) => Number(a.certainty === 'possible') - Number(b.certainty === 'possible'))
          .map(({ by }) => by),
      ),
    ].slice(0, maxWays),
  }));
}

// Enough to see why; the full list of commands is in the grants.
const maxWays = 8;

/**
 * From where × as whom × able to do what. Pure: each cell comes from an origin that reaches the socket, an actor
 * who gets in there, and an ability that the actor's own commands give on this very server.
 */
export function expose(input: ExposeInput): Exposure {
  const abilities = new Map(input.actors.map((actor) => [actor.id, abilitiesOfActor(actor, input)]));
  return {
    origins: input.origins,
    actors: input.actors,
    cells: input.origins.flatMap((origin) =>
      input.actors.flatMap((actor) =>
        cellsOf(origin, actor, abilities.get(actor.id) ?? [], input.clientCertificate),
      ),
    ),
    notCollected: input.notCollected,
  };
}
