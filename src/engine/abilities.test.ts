import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settings } from '../catalog/example-facts.ts';
import type { KeyPattern } from '../lang/acl/index.ts';
import { abilitiesOf, unlimited, type AbilityContext, type Scope } from './abilities.ts';
import type { CommandTraits } from './command-traits.ts';
import { worth } from './worth.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

const read = [{ read: true, write: false }];
const written = [{ read: false, write: true }];
const traits = (command: string): CommandTraits => {
  const nothing = { keys: [], opaque: false, refusedByReplica: false };
  switch (command) {
    case 'get':
      return { ...nothing, reads: read, keys: read };
    case 'scan':
      return { ...nothing, reads: [] };
    case 'ft.search':
      return { ...nothing, reads: [], opaque: true };
    case 'set':
    case 'del':
    case 'migrate':
      return { ...nothing, writes: written, keys: written, refusedByReplica: true };
    case 'flushall':
      return { ...nothing, refusedByReplica: true };
    default:
      return nothing;
  }
};

const context = (more: Partial<AbilityContext> = {}): AbilityContext => ({
  settings: settings({
    'enable-module-command': 'no',
    'enable-protected-configs': 'no',
    'enable-debug-command': 'no',
  }),
  settingsKnown: true,
  hasSwitches: true,
  hasModules: true,
  cluster: false,
  readOnlyReplica: false,
  sentinelScripts: false,
  renamed: new Set(),
  traits,
  ...more,
});
const scope = (commands: readonly string[], more: Partial<Scope> = {}): Scope => ({
  ...unlimited(new Set(commands)),
  ...more,
});
const pattern = (text: string, more: Partial<KeyPattern> = {}): KeyPattern => ({
  pattern: text,
  read: true,
  write: true,
  ...more,
});
const onApp = { allKeys: false, keys: [pattern('app:*')] };
const can = (
  commands: readonly string[],
  more: Partial<AbilityContext> = {},
  within: Partial<Scope> = {},
) => [...new Set(abilitiesOf([scope(commands, within)], context(more)).map((ability) => ability.can))];
const sure = (commands: readonly string[], more: Partial<AbilityContext> = {}): readonly string[] => [
  ...new Set(
    abilitiesOf([scope(commands)], context(more))
      .filter(({ certainty }) => certainty === 'certain')
      .map((ability) => ability.can),
  ),
];
const everything = ['config|set', 'save', 'module|load', 'debug'];

describe('running code on the host', () => {
  it('needs a switch from 7.0 on', () => {
    expect(can(everything)).not.toContain('execute');
    for (const name of ['enable-module-command', 'enable-protected-configs']) {
      expect(can(everything, { settings: settings({ [name]: 'yes' }) }), name).toContain('execute');
    }
  });

  it('may be where nobody could look at the switches', () => {
    const blind = { settings: {}, settingsKnown: false };
    expect(can(everything, blind)).toEqual(expect.arrayContaining(['execute', 'stop']));
    expect(sure(everything, blind)).toEqual(['control']);
  });

  it('needs no switch before', () => {
    expect(can(everything, { hasSwitches: false })).toContain('execute');
    expect(can(['module|load'], { hasSwitches: false, hasModules: false })).not.toContain('execute');
  });

  it('by a dump takes CONFIG SET and something that saves: a command, or the setting and a write', () => {
    const open = { settings: settings({ 'enable-protected-configs': 'yes' }) };
    expect(sure(['config|set'], open)).not.toContain('execute');
    expect(can(['config|set'], open)).toContain('execute');
    expect(sure(['config|set', 'replicaof'], open)).toContain('execute');
    expect(sure(['config|set', 'set'], open)).toContain('execute');
    expect(can(['save'], open)).not.toContain('execute');
  });

  it('`local` gives it to this host only', () => {
    const local = context({ settings: settings({ 'enable-module-command': 'local' }) });
    const abilities = abilitiesOf([scope(everything)], local);
    const roads = abilities.filter((ability) => ability.can === 'execute');
    expect(roads.map(({ localOnly }) => localOnly)).toEqual([true]);
  });

  it('on a Sentinel takes scripts that may be set by command', () => {
    expect(can(['sentinel|set'])).not.toContain('execute');
    expect(can(['sentinel|set'], { sentinelScripts: true })).toContain('execute');
  });
});

describe('data', () => {
  it('is read and written by what the server says of its commands', () => {
    expect(can(['get'])).toEqual(['read']);
    expect(can(['set'])).toEqual(['write']);
    expect(can(['ping'])).toEqual([]);
  });
  it('without any key is neither; names of keys are given without one', () => {
    const none = { allKeys: false, keys: [] };
    expect(can(['get', 'set'], {}, none)).toEqual([]);
    expect(can(['scan'], {}, none)).toEqual(['read']);
  });
  it('in no database is neither', () => expect(can(['get', 'set'], {}, { databases: 'none' })).toEqual([]));
  it('on some keys says which', () => {
    expect(abilitiesOf([scope(['get'], onApp)], context())).toMatchObject([{ by: 'get on ~app:*' }]);
  });
  it('is only read where keys are open for reading only', () => {
    const reading = { allKeys: false, keys: [pattern('*', { write: false })] };
    expect(can(['get', 'set', 'del'], {}, reading)).toEqual(['read']);
    const writing = { allKeys: false, keys: [pattern('*', { read: false })] };
    expect(can(['get', 'set'], {}, writing)).toEqual(['write']);
  });
  it('of a selector is not opened by the commands of another', () => {
    const selectors = [scope(['get']), scope(['set'], { allKeys: false, keys: [] })];
    expect(abilitiesOf(selectors, context()).map((ability) => ability.can)).toEqual(['read']);
  });
  it('is destroyed by FLUSHALL whatever the keys, by DEL only with all of them', () => {
    expect(can(['flushall'], {}, onApp)).toEqual(['destroy']);
    expect(can(['del'], {}, onApp)).not.toContain('destroy');
    expect(can(['del'])).toContain('destroy');
  });
  it('of all databases is destroyed only by who may use all', () =>
    expect(can(['flushall'], {}, { databases: 'some' })).toEqual([]));
  it('behind a command of a module may be touched', () => {
    expect(can(['ft.search'])).toEqual(['read']);
    expect(sure(['ft.search'])).toEqual([]);
  });
  it('on a read-only replica is written only by who may make it a master', () => {
    const replica = { readOnlyReplica: true };
    expect(sure(['get', 'set', 'flushall'], replica)).toEqual(['read']);
    expect(can(['set'], replica)).toEqual(['write']);
    expect(sure(['set', 'replicaof'], replica)).toContain('write');
  });
});

describe('the rest', () => {
  it('goes by its commands', () => {
    expect(can(['psync'])).toEqual(['copy']);
    expect(can(['acl|setuser'])).toEqual(['control']);
    expect(can(['shutdown'])).toEqual(['stop']);
    expect(can(['monitor'])).toEqual(['observe']);
    expect(can(['migrate'])).toContain('reach');
    expect(can(['migrate'], {}, { allKeys: false, keys: [] })).toEqual([]);
    expect(can(['replicaof'])).toEqual(['destroy', 'reach']);
  });
  it('listening takes every channel', () => {
    expect(can(['psubscribe'])).toEqual(['observe']);
    expect(can(['psubscribe'], {}, { allChannels: false })).toEqual([]);
  });
  it('depends on whether there is a cluster', () => {
    expect(can(['cluster|meet'])).toEqual([]);
    expect(can(['cluster|meet'], { cluster: true })).toEqual(['control', 'reach']);
    expect(can(['replicaof', 'swapdb'], { cluster: true })).toEqual([]);
  });
  it('by another name is possible for who knows it', () => {
    expect(can(['flushall'], { renamed: new Set(['flushall']) })).toEqual(['destroy']);
    expect(sure(['flushall'], { renamed: new Set(['flushall']) })).toEqual([]);
  });
  it('by a part of DEBUG is that part', () => {
    const open = { settings: settings({ 'enable-debug-command': 'yes' }) };
    expect(can(['debug|sleep'], open)).toEqual(['stop']);
    expect(can(['debug|object'], open)).toEqual([]);
    expect(can(['debug|sleep'])).toEqual([]);
  });
});

const names = [...worth.keys(), 'get', 'set', 'scan', 'del', 'module|load', 'debug', 'save', 'ft.search'];
const someScope = fc.record({
  commands: fc.subarray(names).map((list) => new Set(list)),
  allKeys: fc.boolean(),
  keys: fc.array(
    fc.record({ pattern: fc.constantFrom('*', 'app:*'), read: fc.boolean(), write: fc.boolean() }),
    { maxLength: 3 },
  ),
  allChannels: fc.boolean(),
  databases: fc.constantFrom('all', 'some', 'none'),
}) satisfies fc.Arbitrary<Scope>;
const someContext = fc
  .record({
    cluster: fc.constantFrom(true, false, undefined),
    readOnlyReplica: fc.boolean(),
    hasSwitches: fc.boolean(),
    modules: fc.constantFrom('no', 'local', 'yes'),
    configs: fc.constantFrom('no', 'local', 'yes'),
  })
  .map(({ cluster, modules, configs, ...more }): AbilityContext => {
    const { cluster: _, ...rest } = context({
      settings: settings({ 'enable-module-command': modules, 'enable-protected-configs': configs }),
      ...more,
    });
    return { ...rest, ...(cluster === undefined ? {} : { cluster }) };
  });

const held = (scopes: readonly Scope[], given: AbilityContext): ReadonlySet<string> =>
  new Set(
    abilitiesOf(scopes, given).flatMap((one) => [
      `${one.can} possible`,
      ...(one.certainty === 'certain' ? [`${one.can} certain`] : []),
      ...(one.certainty === 'certain' && !one.localOnly ? [`${one.can} certain from afar`] : []),
    ]),
  );

describe('more permissions never take an ability away', () => {
  it('by another selector', () => {
    fc.assert(
      fc.property(fc.array(someScope, { maxLength: 3 }), someScope, someContext, (scopes, more, given) => {
        const after = held([...scopes, more], given);
        expect([...held(scopes, given)].filter((one) => !after.has(one))).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
  it('by more commands, keys, channels or databases in one', () => {
    fc.assert(
      fc.property(someScope, someScope, someContext, (scope_, more, given) => {
        const wider: Scope = {
          commands: new Set([...scope_.commands, ...more.commands]),
          allKeys: scope_.allKeys || more.allKeys,
          keys: [...scope_.keys, ...more.keys],
          allChannels: scope_.allChannels || more.allChannels,
          databases: more.databases === 'all' ? 'all' : scope_.databases,
        };
        const after = held([wider], given);
        expect([...held([scope_], given)].filter((one) => !after.has(one))).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});
