import { namesSecret, type Action, type Resource } from '../../model/index.ts';
import { captured } from './capture.ts';
import { readThrough } from './conf-reading.ts';
import { resolved, type Keeper, type Site } from './site.ts';
import { pairsIn } from './words.ts';

type Option = Extract<Resource, { kind: 'sentinel' }>;

/** What an option says where nobody sets it: Sentinel takes the empty text as none. */
const passwordless: ReadonlySet<string> = new Set(['auth-pass', 'auth-user']);

/** SENTINEL MASTER shows no passwords; the file of Sentinel, which it writes itself, does. */
async function optionOf(site: Site, master: string, option: string): Promise<string> {
  const shown = pairsIn(await site.session.ask('SENTINEL', 'MASTER', master)).get(option);
  if (shown !== undefined) return shown;
  const { conf } = site.node;
  if (conf === undefined)
    throw new Error(`Sentinel ${site.node.id} does not show ${option}, and its file is not known`);
  const file = await site.place().read(conf);
  if (!file) throw new Error(`${conf} is not there on ${site.place().name}`);
  const reading = await readThrough(site.place(), site.node, { path: conf, bytes: file.bytes });
  const found = reading.sentinel?.primaries.find(({ name }) => name === master)?.settings.get(option);
  if (found === undefined && !passwordless.has(option))
    throw new Error(`${option} of ${master} stands neither in ${conf} nor in the answers of Sentinel`);
  return found ?? '';
}

const tell = async (site: Site, { master, option }: Pick<Option, 'master' | 'option'>, value: string) => {
  await site.session.ask('SENTINEL', 'SET', master, option, value);
};

export const setSentinel = (site: Site, action: Extract<Action, { do: 'set-sentinel' }>): Promise<void> =>
  tell(site, action, resolved(action.value, site.settings));

export const sentinels: Keeper<Option> = {
  async capture(resource, site) {
    const value = await optionOf(site, resource.master, resource.option);
    const shown = namesSecret(resource.option) && value !== '' ? '***' : value;
    return captured(resource, { value }, { shown: { value: shown } });
  },
  async restore(resource, state, site) {
    // Whatever its file says: what it has is not to be seen, and may be newer than a file that it could not write.
    await tell(site, resource, (state as { readonly value: string }).value);
  },
};
