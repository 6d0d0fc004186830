import { directiveTable } from '../../lang/conf/index.ts';
import { namesSecret, type PlanNode, type Resource } from '../../model/index.ts';
import { captured } from './capture.ts';
import { tableProduct } from './product.ts';
import type { Keeper, Site } from './site.ts';
import { userLine, restoreUser, type UserState } from './users.ts';
import { pairsIn } from './words.ts';

type Setting = Extract<Resource, { kind: 'setting' }>;

/** The value as CONFIG GET prints it; `undefined` where the server knows no such setting. */
export async function settingOf({ session }: Site, name: string): Promise<string | undefined> {
  // A name is a pattern to CONFIG GET, and some answer in other letters.
  const found = pairsIn(await session.ask('CONFIG', 'GET', name));
  return [...found].find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

/** CONFIG SET of exactly one pair: from 7.0 on further words would be further settings. */
export const setSetting = async ({ session }: Site, name: string, value: string): Promise<void> => {
  await session.ask('CONFIG', 'SET', name, value);
};

export const isSecretSetting = (node: PlanNode, name: string): boolean =>
  namesSecret(name) || directiveTable(tableProduct(node), node.version).get(name)?.secret === true;

/** Names of files that are read again when they are set to what they were. */
const namesFile = (name: string): boolean => /^tls-.*-(file|dir)$/.test(name);

const isPassword = (name: string): boolean => name === 'requirepass';

export const settings: Keeper<Setting> = {
  async capture(resource, site) {
    const value = await settingOf(site, resource.name);
    // What requirepass is set to is what the default user's passwords become, and then are no more what they were.
    const user = isPassword(resource.name) ? await userLine(site, 'default') : undefined;
    const shown = isSecretSetting(site.node, resource.name) && value ? '***' : value;
    return captured(
      resource,
      { ...(value === undefined ? {} : { value }), ...(user?.line ? { default: user } : {}) },
      { same: { value }, shown: { value: shown } },
    );
  },
  async restore({ name }, state, site) {
    const { value, default: user } = state as { readonly value?: string; readonly default?: UserState };
    if (value === undefined) return;
    if (namesFile(name) || (await settingOf(site, name)) !== value) {
      await setSetting(site, name, value);
      const now = await settingOf(site, name);
      if (now !== value)
        throw new Error(`${name} did not come back on ${site.node.id}: the server kept another value`);
    }
    if (user) await restoreUser(site, 'default', user);
  },
};
