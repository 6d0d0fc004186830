import { bundledCommands, type CommandTable } from '../../lang/acl/index.ts';
import {
  known,
  unknown,
  type Collected,
  type Drift,
  type Evidence,
  type Exposure,
  type Fact,
  type Identity,
  type View,
} from '../../model/index.ts';
import { actorsOf } from '../actors.ts';
import type { AbilityContext } from '../abilities.ts';
import { branchAtLeast } from '../branch.ts';
import { expose } from '../expose.ts';
import { identify } from '../identify.ts';
import { originsOf } from '../origins.ts';
import { protectedMode } from '../protected-mode.ts';
import { withAbsences } from './absent.ts';
import { deriveAdvisories } from './advisories.ts';
import { doorsOf } from './doors.ts';
import { settingDrift, userDrift } from './drift.ts';
import { deriveGrants, permissionsOf, traitsOf, withSubcommands } from './grants.ts';
import { deriveReplication } from './replication.ts';
import { deriveSettings } from './settings.ts';
import { deriveUsers } from './users.ts';

const newest = { redis: '8.6.3', valkey: '9.1.2', keydb: '6.3.4' } as const;

/** The server that a file is for, when nobody answers: its name tells the product, a package the version. */
function fromFiles({ conf, package: pack, process }: Collected): Identity | undefined {
  if (!conf.known) return undefined;
  const words = `${conf.value.path} ${process.known ? process.value.exe : ''} ${pack.known ? (pack.value.name ?? '') : ''}`;
  const product = /valkey/i.test(words) ? 'valkey' : /keydb/i.test(words) ? 'keydb' : 'redis';
  const version = pack.known ? /(\d+\.\d+\.\d+)/.exec(pack.value.version ?? '')?.[1] : undefined;
  return {
    product,
    ...(version ? { version } : { assumed: newest[product] }),
    mode: conf.value.sentinel ? 'sentinel' : 'standalone',
    doubts: version ? [] : ['no server answered: the file is read as the newest version would'],
    because: ['its configuration file'],
  };
}

async function commandsOf(
  { commandReply }: Collected,
  identity: Fact<Identity>,
): Promise<Fact<CommandTable>> {
  if (commandReply.known) return known(commandReply.value, commandReply.source);
  if (!identity.known) return unknown(commandReply.why, commandReply.detail);
  const { product, version, range, mode, assumed } = identity.value;
  if (mode === 'sentinel')
    return unknown(commandReply.why, 'a Sentinel has commands of its own, and this one did not list them');
  const served = product === 'valkey' || product === 'keydb' ? product : 'redis';
  const wanted = version ?? range?.to ?? assumed ?? newest[served];
  const table = await bundledCommands(served, wanted);
  return table
    ? known(table, `the commands of ${served} ${wanted}, as recorded`)
    : unknown(commandReply.why, commandReply.detail);
}

function contextOf(identity: Identity, settings: View['settings'], table: CommandTable): AbilityContext {
  const forks =
    identity.product === 'dragonfly' || identity.product === 'garnet' || identity.product === 'kvrocks';
  return {
    settings: settings.known ? settings.value : {},
    hasSwitches: forks || branchAtLeast(identity, '7.0'),
    hasModules: !forks && branchAtLeast(identity, '4.0'),
    traits: traitsOf(table),
  };
}

/** Layers that stand in the way and that nobody has looked at, in words. */
function notCollected(facts: Collected): readonly string[] {
  return [
    'host firewall',
    'cloud firewall',
    ...(facts.listeners.known ? [] : ['the host: which sockets listen is taken from the settings']),
    ...(facts.hostAddresses.known ? [] : ["the host's addresses"]),
    ...(facts.config.known ? [] : facts.conf.known ? ['running settings: the file is taken for them'] : []),
    ...(facts.aclUsers.known || !facts.conf.known ? [] : ['running users: the files are taken for them']),
    ...(facts.container.known && facts.container.value !== 'none'
      ? ['ports that the container engine publishes']
      : []),
  ];
}

function driftOf(
  facts: Collected,
  permissions: Parameters<typeof userDrift>[3] | undefined,
): Fact<readonly Drift[]> {
  const { conf, config, aclUsers, aclFile } = facts;
  if (!conf.known && !aclFile.known)
    return unknown(conf.known ? 'not-asked' : conf.why, conf.known ? '' : conf.detail);
  if (!config.known && !aclUsers.known) return unknown(config.why, config.detail);
  const settings = conf.known && config.known ? settingDrift(conf.value, config.value) : [];
  const users =
    !aclUsers.known || !permissions
      ? []
      : aclFile.known
        ? userDrift(aclFile.value.users, aclUsers.value, 'aclfile', permissions)
        : conf.known && conf.value.settings.aclfile === undefined && conf.value.users.length > 0
          ? userDrift(conf.value.users, aclUsers.value, 'conf', permissions)
          : [];
  return known([...settings, ...users], 'the files beside the running server');
}

/**
 * All facts, collected and worked out. Pure: no clock, no socket; the same evidence gives the same view. Asynchronous
 * only because the recorded command tables are loaded when one is needed.
 */
export async function derive({ facts, collectedAt }: Evidence): Promise<View> {
  const conf = fromFiles(facts);
  const identity = identify({
    greeting: facts.greeting,
    info: facts.info,
    ...(conf ? { confProduct: conf } : {}),
  });
  const settings = deriveSettings(facts.config, facts.conf, identity);
  const users = deriveUsers({
    identity,
    settings,
    aclUsers: facts.aclUsers,
    aclFile: facts.aclFile,
    conf: facts.conf,
  });
  const commands = await commandsOf(facts, identity);
  const replication = deriveReplication(facts.info, settings);
  const base = {
    ...withAbsences(facts, identity, settings),
    identity,
    settings,
    users,
    commands,
    replication,
    collectedOn: known(collectedAt.slice(0, 10), 'the clock at collection'),
  };
  const missing = [identity, users, commands].find((fact) => !fact.known);
  if (!identity.known || !users.known || !commands.known) {
    const why = missing && !missing.known ? missing : unknown('not-asked', 'not collected');
    return {
      ...base,
      grants: why,
      exposure: why,
      drift: driftOf(facts, undefined),
      advisories: advisoriesWithout(facts, identity, settings),
    };
  }
  const table = commands.value;
  const context = contextOf(identity.value, settings, table);
  const { grants, unread } = deriveGrants(users.value, table, identity.value, context);
  const actors = actorsOf(users.value, settings.known ? settings.value : {});
  const inputs = {
    identity: identity.value,
    settings,
    package: facts.package,
    info: facts.info,
    modules: facts.modules,
    actors,
    grants,
  };
  const advisories = deriveAdvisories(inputs);
  return {
    ...base,
    grants:
      unread.length > 0
        ? unknown('unreadable', `the rules of ${unread.join(', ')} could not be read`)
        : known(grants, `${users.source}, ${commands.source}`),
    exposure: exposureOf(),
    drift: driftOf(facts, (user) => permissionsOf(user, table, identity.value)),
    advisories: identity.value.version
      ? known(advisories, 'the advisories that this Keyward carries')
      : unknown('unreadable', 'the version is not known'),
  };

  function exposureOf(): Fact<Exposure> {
    if (!identity.known || !users.known) return unknown('not-asked', '');
    const { doors, sockets } = doorsOf(facts.listeners, settings, facts.endpoint, identity.value);
    if (doors.length === 0 && sockets.length === 0)
      return unknown('not-asked', 'it is not known where the server listens');
    const certificate = settings.known && settings.value['tls-auth-clients']?.value !== 'no';
    const origins = originsOf(doors, sockets, {
      hostAddresses: facts.hostAddresses.known ? facts.hostAddresses.value : undefined,
      refusesOthers: settings.known ? protectedMode(identity.value, settings.value, users.value) : undefined,
      clientCertificate: certificate,
    });
    const everything = withSubcommands(new Set(table.commands.map(({ name }) => name.toLowerCase())), table);
    return known(
      expose({
        origins,
        actors,
        grants,
        everything,
        context,
        holes: advisories,
        notCollected: notCollected(facts),
      }),
      'worked out from where it listens, its users and its commands',
    );
  }
}

/** A version alone tells which holes there are, and not who gets at them. */
function advisoriesWithout(
  facts: Collected,
  identity: Fact<Identity>,
  settings: View['settings'],
): View['advisories'] {
  if (!identity.known) return unknown(identity.why, identity.detail);
  if (!identity.value.version) return unknown('no-access', 'the version is not known');
  const list = deriveAdvisories({
    identity: identity.value,
    settings,
    package: facts.package,
    info: facts.info,
    modules: facts.modules,
    actors: [],
    grants: [],
  });
  return known(list, 'the advisories that this Keyward carries');
}
