import { abilitiesOf, mayBecomeAnyone, type Ability, type AbilityContext } from './abilities.ts';
import type { Actor, AdvisoryState, Capability, Cell, Exposure, Grant, Origin } from '../model/index.ts';

export interface ExposeInput {
  readonly origins: readonly Origin[];
  readonly actors: readonly Actor[];
  readonly grants: readonly Grant[];
  /** Everything that the server can be asked: what somebody has who may change users. */
  readonly everything: ReadonlySet<string>;
  readonly context: AbilityContext;
  /** Holes of this very version, with the actors who have what it takes. */
  readonly holes: readonly AdvisoryState[];
  readonly notCollected: readonly string[];
}

const isLocal = ({ reach }: Origin): boolean => reach === 'host' || reach === 'socket';

function abilitiesOfActor(actor: Actor, input: ExposeInput): readonly Ability[] {
  const grant = input.grants.find(({ user }) => user === actor.user);
  if (!grant) return [];
  const own = new Set(grant.commands);
  const abilities = abilitiesOf(own, input.context, grant.allKeys ? undefined : grant.keys);
  const holes = input.holes
    .filter(
      ({ reachableBy, state, effects }) =>
        state === 'affected' && effects.includes('code-execution') && reachableBy.includes(actor.id),
    )
    .map(({ id }): Ability => ({ can: 'execute', by: id, localOnly: false, certainty: 'possible' }));
  if (!mayBecomeAnyone(own)) return [...abilities, ...holes];
  const had = new Set(abilities.map(({ can }) => can));
  const gained = abilitiesOf(input.everything, input.context)
    .filter(({ can }) => !had.has(can))
    .map((ability): Ability => ({ ...ability, by: `acl|setuser, then ${ability.by}` }));
  return [...abilities, ...gained, ...holes];
}

function cellsOf(origin: Origin, actor: Actor, abilities: readonly Ability[]): readonly Cell[] {
  if (origin.refused) return [];
  const usable = abilities.filter(({ localOnly }) => !localOnly || isLocal(origin));
  const byCapability = new Map<Capability, Ability[]>();
  for (const ability of usable)
    byCapability.set(ability.can, [...(byCapability.get(ability.can) ?? []), ability]);
  return [...byCapability].map(([can, list]) => ({
    from: origin.id,
    as: actor.id,
    can,
    certainty:
      origin.certainty === 'certain' && list.some(({ certainty }) => certainty === 'certain')
        ? 'certain'
        : 'possible',
    by: [...new Set(list.map(({ by }) => by))].slice(0, maxWays),
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
      input.actors.flatMap((actor) => cellsOf(origin, actor, abilities.get(actor.id) ?? [])),
    ),
    notCollected: input.notCollected,
  };
}
