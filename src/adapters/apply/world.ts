import { setTimeout as wait } from 'node:timers/promises';
import { printable } from '../../lang/text/index.ts';
import type { Action, Captured, Resource, World } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { captured } from './capture.ts';
import { makeCertificate } from './certificates.ts';
import { tryClaim } from './claims/index.ts';
import { editConf } from './edit-conf.ts';
import { accesses, files, setAccess, writeFile } from './files.ts';
import { keepFirewall, keptFirewalls } from './firewall-files.ts';
import { firewalls, setFirewall } from './firewall.ts';
import { setPassword } from './first-password.ts';
import { keepUser } from './keep-user.ts';
import { knownProcess } from './process-state.ts';
import { processes } from './processes.ts';
import { renewLinks } from './renew-links.ts';
import { restart } from './restart.ts';
import { sentinels, setSentinel } from './sentinel.ts';
import { createSession } from './session.ts';
import { setSetting, settings as settingKeeper } from './setting.ts';
import type { WorldSettings } from './settings.ts';
import { resolved, type Keeper, type Site } from './site.ts';
import { takeBack } from './take-back.ts';
import { deleteUser, setUser, userLine, users } from './users.ts';

const save = async ({ session }: Site, by: 'acl-save' | 'config-rewrite'): Promise<void> => {
  await session.ask(...(by === 'acl-save' ? ['ACL', 'SAVE'] : ['CONFIG', 'REWRITE']));
};

const keepers: { readonly [K in Resource['kind']]: Keeper<Extract<Resource, { kind: K }>> } = {
  setting: settingKeeper,
  user: users,
  file: files,
  access: accesses,
  process: processes,
  saved: {
    capture: async (resource) => captured(resource, {}),
    restore: ({ by }, _state, site) => save(site, by),
  },
  sentinel: sentinels,
  firewall: firewalls,
  'kept-firewall': keptFirewalls,
};

const doers: {
  readonly [K in Action['do']]: (site: Site, action: Extract<Action, { do: K }>) => Promise<void>;
} = {
  'set-setting': async (site, { name, value }) => {
    const text = resolved(value, site.settings);
    const first = name === 'requirepass' && text !== '' && !(await userLine(site, 'default')).users;
    await (first ? setPassword(site, text) : setSetting(site, name, text));
  },
  'set-user': (site, { user, rules }) => setUser(site, user, rules),
  'delete-user': (site, { user }) => deleteUser(site, user),
  'keep-user': keepUser,
  save: (site, { by }) => save(site, by),
  'edit-conf': editConf,
  'write-file': writeFile,
  'set-access': setAccess,
  'make-certificate': makeCertificate,
  restart: (site, { by }) => restart(site, by),
  'renew-links': renewLinks,
  'set-sentinel': setSentinel,
  'set-firewall': setFirewall,
  'keep-firewall': keepFirewall,
};

/**
 * The servers of a plan and the hosts of their files, to look at and to change. Nothing is connected before the first
 * call; `close` ends what was opened.
 *
 * @example
 * const world = createWorld({ nodes: plan.nodes, login, tls, secrets, timeout: 3000, place: placeNamed });
 * const { fingerprint } = await world.capture({ kind: 'setting', node: 'n1', name: 'bind' });
 * await world.close();
 */
export function createWorld(settings: WorldSettings): World & { close(): Promise<void> } {
  const places = new Map<string, Place>();
  const placeOf = (host: string): Place => {
    const place = places.get(host) ?? settings.place(host);
    places.set(host, place);
    return place;
  };
  const sites = new Map<string, Site>();
  const siteOf = (id: string): Site => {
    const known = sites.get(id);
    if (known) return known;
    const node = settings.nodes.find((one) => one.id === id);
    if (!node) throw new Error(`the plan has no node ${JSON.stringify(id)}`);
    const site: Site = {
      node,
      settings,
      session: createSession(node, settings, node.host === undefined ? undefined : placeOf(node.host)),
      place: () => {
        if (node.host === undefined) throw new Error(`nobody can get at the files of ${node.id}`);
        return placeOf(node.host);
      },
      other: siteOf,
      memory: { connections: new Map(), changed: new Map() },
    };
    sites.set(id, site);
    return site;
  };
  const here = settings.from?.name ?? 'here';
  const now = settings.now ?? (() => new Date().toISOString());
  return {
    async capture(resource) {
      const site = siteOf(resource.node);
      // How it was started is seen best before anything of it is changed.
      if (site.node.restart?.kind === 'relaunch' && !site.memory.process)
        await knownProcess(site).catch(() => {});
      return (keepers[resource.kind] as Keeper<Resource>).capture(resource, site);
    },
    async perform(action) {
      await (doers[action.do] as (site: Site, action: Action) => Promise<void>)(siteOf(action.node), action);
    },
    async restore({ resource, state }: Captured) {
      await (keepers[resource.kind] as Keeper<Resource>).restore(resource, state, siteOf(resource.node));
    },
    takeBack: (before, ours) => takeBack(siteOf(before.resource.node), before, ours),
    async test(claim) {
      const at = now();
      try {
        return { claim, from: here, at, ...(await tryClaim(claim, siteOf(claim.node))) };
      } catch (error) {
        const saw = printable(error instanceof Error ? error.message : String(error), 300);
        return { claim, from: here, at, outcome: 'broken', saw };
      }
    },
    now,
    clock: () => performance.now(),
    pause: (milliseconds) => wait(milliseconds),
    async close() {
      for (const { session } of sites.values()) session.drop();
      for (const place of places.values()) await place.close();
    },
  };
}
