import { directiveTable, newestMeasured } from '../../lang/conf/index.ts';
import {
  known,
  namesSecret,
  unknown,
  type CollectedFacts,
  type Fact,
  type Identity,
  type SecretNote,
  type Setting,
} from '../../model/index.ts';

const empty: SecretNote = { secret: true, strength: 'empty', same: '' };

/** Where a file sets each directive: the last line that does. */
function places(
  conf: Fact<CollectedFacts['conf']>,
): ReadonlyMap<string, { readonly file: string; readonly line: number }> {
  return new Map(conf.known ? conf.value.lines.map(({ name, file, line }) => [name, { file, line }]) : []);
}

function tableFor({ product, version, assumed }: Identity): ReturnType<typeof directiveTable> {
  const served = product === 'valkey' || product === 'keydb' ? product : 'redis';
  return directiveTable(served, version ?? assumed ?? newestMeasured(served));
}

/**
 * Effective settings, in the form of CONFIG GET: what the live server says; else what its file says over the
 * defaults of that product and version. A file may differ from what runs: `from` says which it is, and the exposure
 * names the running settings as not collected.
 */
export function deriveSettings(
  config: Fact<CollectedFacts['config']>,
  conf: Fact<CollectedFacts['conf']>,
  identity: Fact<Identity>,
): Fact<Readonly<Record<string, Setting>>> {
  const at = places(conf);
  const place = (name: string): Pick<Setting, 'where'> => {
    const where = at.get(name);
    return where ? { where } : {};
  };
  if (config.known) {
    const entries = Object.entries(config.value).map(([name, value]): [string, Setting] => [
      name,
      { value, from: 'runtime', ...place(name) },
    ]);
    // CONFIG GET shows `bind` without saying whether a line set it, which is what protected mode looks at up to 6.2.
    return known(Object.fromEntries(entries), config.source);
  }
  if (!conf.known) return unknown(config.why, config.detail);
  if (!identity.known) return unknown(identity.why, identity.detail);
  const defaults = [...tableFor(identity.value)].flatMap(
    ([name, directive]): readonly [string, Setting][] => {
      if (directive.default === undefined) return [];
      return [[name, { value: namesSecret(name) ? empty : directive.default, from: 'default' }]];
    },
  );
  // A Sentinel starts from other defaults, whatever the table of data servers says. Source: sentinel.c, initSentinelConfig.
  const sentinel: readonly [string, Setting][] = conf.value.sentinel
    ? [
        ['port', { value: '26379', from: 'default' }],
        ['protected-mode', { value: 'no', from: 'default' }],
      ]
    : [];
  const set = Object.entries(conf.value.settings).map(([name, value]): [string, Setting] => [
    name,
    { value, from: 'file', ...place(name) },
  ]);
  return known(Object.fromEntries([...defaults, ...sentinel, ...set]), conf.source);
}
