import type { CommandTable } from '../../lang/acl/index.ts';
import {
  capabilityNames,
  known,
  unknown,
  type Actor,
  type AdvisoryState,
  type Cell,
  type Collected,
  type Exposure,
  type Fact,
  type Grant,
  type Identity,
  type Origin,
  type UserFacts,
  type View,
} from '../../model/index.ts';
import { abilitiesOf, contextKey, unlimited, type Ability, type AbilityContext } from '../abilities.ts';
import { escalationsOf, type Escalation, type EscalationContext } from '../escalations.ts';
import { expose, type Holding } from '../expose.ts';
import { originsOf } from '../origins.ts';
import { maybeProtected, protectedMode } from '../protected-mode.ts';
import { commandsOf } from '../granted.ts';
import { createMemories } from '../remembered.ts';
import { doorsOf } from './doors.ts';
import type { Filter } from './firewall.ts';
import { withSubcommands, type UserGrants } from './grants.ts';
import { hasUsers } from './users.ts';

/** Layers that stand in the way and that nobody has looked at, in words. */
function notCollected(facts: Collected, filter: Filter): readonly string[] {
  const [first, ...rest] = filter.notCollected;
  return [
    ...(first === undefined ? [] : [first]),
    'cloud firewall',
    ...(facts.listeners.known
      ? []
      : [
          facts.config.known || facts.conf.known
            ? 'the host: which sockets listen is taken from the settings'
            : 'the host and the settings: where else it listens',
        ]),
    ...(facts.hostAddresses.known ? [] : ["the host's addresses"]),
    ...(facts.config.known ? [] : facts.conf.known ? ['running settings: the file is taken for them'] : []),
    ...(facts.aclUsers.known || !facts.conf.known ? [] : ['running users: the files are taken for them']),
    ...rest,
  ];
}

interface Seen {
  readonly facts: Collected;
  readonly identity: Identity;
  readonly settings: View['settings'];
  readonly filter: Filter;
}

/** Rows of the table; none where it is not known where the server listens. */
function rowsOf(
  { facts, identity, settings, filter }: Seen,
  refusesOthers: string | undefined,
  mayRefuseOthers?: string,
): readonly Origin[] {
  const { doors, sockets } = doorsOf(facts.listeners, settings, facts.endpoint, identity);
  return originsOf(doors, sockets, {
    hostAddresses: facts.hostAddresses.known ? facts.hostAddresses.value : undefined,
    refusesOthers,
    ...(mayRefuseOthers === undefined ? {} : { mayRefuseOthers }),
    clientCertificate: settings.known && settings.value['tls-auth-clients']?.value !== 'no',
    ...(filter.refine ? { refine: filter.refine } : {}),
  });
}

const nowhere = unknown('not-asked', 'it is not known where the server listens');

export interface ExposureInputs extends Seen {
  readonly users: readonly UserFacts[];
  readonly actors: readonly Actor[];
  readonly grants: UserGrants;
  readonly table: CommandTable;
  readonly context: AbilityContext;
  readonly advisories: readonly AdvisoryState[];
}

export function deriveExposure(inputs: ExposureInputs): Fact<Exposure> {
  const { facts, identity, settings, users, actors, advisories } = inputs;
  const refuses = settings.known ? protectedMode(identity, settings.value, users) : undefined;
  const mayRefuse = settings.known ? maybeProtected(identity, settings.value, users) : undefined;
  const origins = rowsOf(inputs, refuses, mayRefuse);
  if (origins.length === 0) return nowhere;
  const everything = everythingOn(inputs);
  const exposure = expose({
    origins,
    actors,
    holdings: holdingsOf(inputs, everything),
    everything,
    clientCertificate: settings.known && settings.value['tls-auth-clients']?.value === 'yes',
    holes: advisories,
    notCollected: notCollected(facts, inputs.filter),
  });
  return known(exposure, 'worked out from where it listens, its users and its commands');
}

const allCommands = new WeakMap<CommandTable, ReadonlySet<string>>();

/** All that a table has, by name. */
function allOf(table: CommandTable): ReadonlySet<string> {
  const had = allCommands.get(table);
  if (had) return had;
  const made = withSubcommands(new Set(table.commands.map(({ name }) => name.toLowerCase())), table);
  allCommands.set(table, made);
  return made;
}

const memories = createMemories<readonly Ability[]>();

/** What somebody has who has everything. Most servers have such a user, and then it is worked out already. */
function everythingOn({ table, context, grants, users }: ExposureInputs): readonly Ability[] {
  const all = allOf(table);
  const owner = grants.grants.find(({ user, commands, allKeys, allChannels }) => {
    const [only, ...more] = users.find(({ name }) => name === user)?.selectors ?? [];
    const undivided = only !== undefined && more.length === 0 && only.databases === undefined;
    return undivided && allKeys && allChannels && commands.length === all.size;
  });
  return (
    (owner && grants.abilities.get(owner.user)) ??
    memories(context.traits)(contextKey(context), () => abilitiesOf([unlimited(all)], context))
  );
}

/** Roads up; those that take a renamed command are there for who knows its name. */
function roadsUp(grant: Grant, { renamed }: AbilityContext, road: EscalationContext): readonly Escalation[] {
  const all = escalationsOf(commandsOf(grant), road);
  if (renamed.size === 0) return all;
  const byName = grant.commands.filter((command) => !renamed.has(command.split('|', 1)[0] ?? command));
  const sure = escalationsOf(new Set(byName), road);
  const others = all.filter(({ by }) => !sure.some((one) => one.by === by));
  return [...sure, ...others.map((one): Escalation => ({ ...one, certainty: 'possible' }))];
}

/** What each user holds; where rules could not be read, it may be anything. */
function holdingsOf(inputs: ExposureInputs, everything: readonly Ability[]): ReadonlyMap<string, Holding> {
  const { grants, identity, settings, users, context } = inputs;
  const road: EscalationContext = {
    settings: settings.known ? settings.value : {},
    users,
    hasUsers: hasUsers(identity),
    ...(context.cluster === undefined ? {} : { cluster: context.cluster }),
  };
  const read = grants.grants.map((grant): readonly [string, Holding] => [
    grant.user,
    {
      abilities: grants.abilities.get(grant.user) ?? [],
      escalations: roadsUp(grant, context, road),
    },
  ]);
  const anything = everything.map(({ can, localOnly }): Ability => ({
    can,
    by: 'rules that could not be read',
    localOnly,
    certainty: 'possible',
  }));
  const unread = grants.unread.map((user): readonly [string, Holding] => [
    user,
    { abilities: anything, escalations: [] },
  ]);
  return new Map([...read, ...unread]);
}

/**
 * What is known from the door alone: a server that asked for a login, or turned us away, lets nobody do anything
 * without one. One that answers without a login, and does not show what it lets nobody do, may let them do all.
 * Who has a login, and what for, is not known, and that is said.
 */
export function exposureAtTheDoor(seen: Seen, why: string): Fact<Exposure> {
  const { door, endpoint, greeting } = seen.facts;
  const told = door.known && (door.value === 'login' || door.value === 'protected' || door.value === 'open');
  if (!told || !endpoint.known) return unknown('not-asked', why);
  const banner = greeting.known ? greeting.value.banner : undefined;
  const origins = rowsOf(
    seen,
    door.value === 'protected' ? (banner ?? 'protected mode').slice(1, 60) : undefined,
  );
  if (origins.length === 0) return nowhere;
  const nobody: Actor = { id: 'nobody:default', kind: 'nobody', user: 'default', label: 'nobody (no login)' };
  return known(
    {
      origins,
      actors: [nobody],
      cells: door.value === 'open' ? anything(origins, nobody) : [],
      notCollected: [...notCollected(seen.facts, seen.filter), 'users, and what they may do'],
    },
    'what the server answered before any login',
  );
}

const anything = (origins: readonly Origin[], { id }: Actor): readonly Cell[] =>
  origins.flatMap((origin) =>
    capabilityNames.map((can): Cell => ({
      from: origin.id,
      as: id,
      can,
      certainty: 'possible',
      by: ['commands are answered without a login; which ones was not shown'],
    })),
  );
