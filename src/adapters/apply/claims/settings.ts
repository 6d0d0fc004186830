import { bufferClass, normalise } from '../../../lang/conf/index.ts';
import { readThrough } from '../conf-reading.ts';
import { tableProduct } from '../product.ts';
import { isSecretSetting, settingOf } from '../setting.ts';
import { resolved } from '../site.ts';
import { broken, held, said, when, type Saw, type Trying } from './saw.ts';
import type { Site } from '../site.ts';
import type { Value } from '../../../model/index.ts';

/** Values in one spelling; a secret is only said to be the one or another. */
function compared(site: Site, name: string, found: string | undefined, value: Value, where: string): Saw {
  if (found === undefined) return broken(`${where} knows no ${name}`);
  const { product, version } = { product: tableProduct(site.node), version: site.node.version };
  const wanted = resolved(value, site.settings);
  const options = { product, version };
  // CONFIG GET prints the output buffers of all classes of clients at once.
  const normal = (text: string): string =>
    (name === 'client-output-buffer-limit' ? bufferClass(wanted, text, options) : undefined) ??
    normalise(name, text, options);
  const same = found === wanted || normal(found) === normal(wanted);
  if (typeof value !== 'string' || isSecretSetting(site.node, name))
    return when(
      same,
      `${where} says ${found === '' ? `no ${name}` : same ? `the ${name} of the plan` : `another ${name}`}`,
    );
  return when(same, `${where} says ${name} ${said(found) || '""'}`);
}

export const setting: Trying<'setting'> = async ({ name, value }, site) =>
  compared(site, name, await settingOf(site, name), value, 'CONFIG GET');

export const fileSets: Trying<'file-sets'> = async ({ path, name, value }, site) => {
  const place = site.place();
  const file = await place.read(path);
  if (!file) return broken(`${path} is not there`);
  const reading = await readThrough(place, site.node, { path, bytes: file.bytes });
  if (name === 'rename-command') {
    const [command = '', to = ''] = resolved(value, site.settings).split(/\s+/);
    const found = reading.renames.findLast((one) => one.command.toLowerCase() === command.toLowerCase());
    const wanted = to.replace(/^(["'])\1$/, '');
    if (!found) return broken(`${path} does not rename ${command}`);
    return when(
      found.to === wanted,
      `${path} ${found.to === '' ? `takes ${command} away` : `renames ${command}`}`,
    );
  }
  if (reading.refused) return broken(`${path}: the server would not start: ${said(reading.refused.reason)}`);
  const [, option, master] = /^sentinel (\S+) (\S+)$/.exec(name) ?? [];
  if (option !== undefined) {
    const said = reading.sentinel?.primaries.find((one) => one.name === master)?.settings.get(option);
    return compared(site, option, said ?? '', value, path);
  }
  const found =
    reading.settings.get(name) ?? reading.moduleSettings.findLast((one) => one.name === name)?.args.join(' ');
  return compared(site, name, found, value, path);
};

export const answers: Trying<'answers'> = async (_claim, { session }) => {
  const answer = await session.answers();
  return answer === 'yes'
    ? held('it answers')
    : broken(answer === 'loading' ? 'it is loading its data' : 'no answer');
};
