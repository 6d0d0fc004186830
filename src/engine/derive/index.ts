import {
  known,
  unknown,
  type Collected,
  type Evidence,
  type Fact,
  type Identity,
  type View,
} from '../../model/index.ts';
import { actorsOf } from '../actors.ts';
import { identify } from '../identify.ts';
import { withAbsences } from './absent.ts';
import { deriveAdvisories } from './advisories.ts';
import { abilityContext, deriveCommands } from './commands.ts';
import { deriveDrift } from './drift.ts';
import { deriveFiltering, filterOf } from './firewall.ts';
import type { Asking } from './firewall-origins.ts';
import { deriveExposure, exposureAtTheDoor } from './exposure.ts';
import { identityFromFiles } from './from-files.ts';
import { channelDefault, deriveGrants, permissionsOf } from './grants.ts';
import { deriveReplication } from './replication.ts';
import { deriveSettings } from './settings.ts';
import { deriveUsers } from './users.ts';

/**
 * All facts, collected and worked out. Pure: no clock, no socket; the same evidence gives the same view. Asynchronous
 * only because the recorded command tables, and readers of rules, are loaded when one is needed.
 *
 * `asking` narrows or names the sources that packet filters are asked about.
 */
export async function derive({ facts, collectedAt }: Evidence, asking: Asking = {}): Promise<View> {
  const confProduct = identityFromFiles(facts);
  const { greeting, info, config, conf, aclUsers, aclFile, door } = facts;
  const identity = identify({ greeting, info, ...(confProduct ? { confProduct } : {}) });
  const settings = deriveSettings(config, conf, identity);
  const users = deriveUsers({ identity, settings, aclUsers, aclFile, conf, door });
  const [commands, filter, filtering] = await Promise.all([
    deriveCommands(facts, identity),
    filterOf(facts, asking),
    deriveFiltering(facts, settings),
  ]);
  const base = {
    ...withAbsences(facts, identity, settings),
    identity,
    settings,
    users,
    commands,
    replication: deriveReplication(info, settings),
    filtering,
    collectedOn: known(collectedAt.slice(0, 10), 'the clock at collection'),
  };
  const [missing] = [identity, users, commands].filter((fact) => !fact.known);
  if (!identity.known || !users.known || !commands.known) {
    const why = missing && !missing.known ? missing : unknown('not-asked', 'not collected');
    return {
      ...base,
      grants: why,
      exposure: identity.known
        ? exposureAtTheDoor({ facts, identity: identity.value, settings, filter }, why.detail)
        : why,
      drift: deriveDrift(facts, undefined),
      advisories: advisoriesWithout(facts, identity, settings),
    };
  }
  const table = commands.value;
  const who = identity.value;
  const { replication } = base;
  const context = abilityContext(who, { facts, settings, replication, table });
  // Rules of a file were read with the file's default; ACL LIST leaves nothing to one.
  const ofFile = channelDefault(conf.known ? conf.value.settings['acl-pubsub-default'] : undefined);
  const granted = deriveGrants(users.value, table, who, context);
  const { grants, unread } = granted;
  const actors = actorsOf(users.value, settings.known ? settings.value : {});
  const { package: pack, modules } = facts;
  const advisories = deriveAdvisories({
    identity: who,
    settings,
    package: pack,
    info,
    modules,
    actors,
    grants,
  });
  return {
    ...base,
    grants:
      unread.length > 0
        ? unknown('unreadable', `the rules of ${unread.join(', ')} could not be read`)
        : known(grants, `${users.source}, ${commands.source}`),
    exposure: deriveExposure({
      facts,
      identity: who,
      settings,
      users: users.value,
      actors,
      grants: granted,
      table,
      context,
      advisories,
      filter,
    }),
    drift: deriveDrift(facts, (user) => permissionsOf(user, table, who, ofFile)),
    advisories: who.version
      ? known(advisories, 'the advisories that this Keyward carries')
      : unknown('unreadable', 'the version is not known'),
  };
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
