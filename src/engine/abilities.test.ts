import { describe, expect, it } from 'vitest';
import { settings } from '../catalog/example-facts.ts';
import { abilitiesOf, mayBecomeAnyone, type AbilityContext } from './abilities.ts';

const context = (more: Partial<AbilityContext> = {}): AbilityContext => ({
  settings: settings({
    'enable-module-command': 'no',
    'enable-protected-configs': 'no',
    'enable-debug-command': 'no',
  }),
  hasSwitches: true,
  hasModules: true,
  traits: (name) => ({ name, reads: name === 'get', writes: name === 'set' }),
  ...more,
});
const can = (
  commands: readonly string[],
  more: Partial<AbilityContext> = {},
  keys?: readonly string[],
): readonly string[] => [
  ...new Set(abilitiesOf(new Set(commands), context(more), keys).map((ability) => ability.can)),
];
const everything = ['config|set', 'save', 'module|load', 'debug'];

describe('running code on the host', () => {
  it('needs a switch from 7.0 on', () => {
    expect(can(everything)).not.toContain('execute');
    for (const name of ['enable-module-command', 'enable-protected-configs']) {
      expect(can(everything, { settings: settings({ [name]: 'yes' }) }), name).toContain('execute');
    }
  });

  it('needs no switch before', () => {
    expect(can(everything, { hasSwitches: false })).toContain('execute');
    expect(can(['module|load'], { hasSwitches: false, hasModules: false })).not.toContain('execute');
  });

  it('by a dump takes CONFIG SET and something that saves', () => {
    const open = { settings: settings({ 'enable-protected-configs': 'yes' }) };
    expect(can(['config|set'], open)).not.toContain('execute');
    expect(can(['config|set', 'replicaof'], open)).toContain('execute');
    expect(can(['save'], open)).not.toContain('execute');
  });

  it('`local` gives it to this host only', () => {
    const abilities = abilitiesOf(
      new Set(everything),
      context({ settings: settings({ 'enable-module-command': 'local' }) }),
    );
    expect(abilities.filter((ability) => ability.can === 'execute').every(({ localOnly }) => localOnly)).toBe(
      true,
    );
  });
});

describe('data', () => {
  it('is read and written by what the server says of its commands', () => {
    expect(can(['get'])).toEqual(['read']);
    expect(can(['set'])).toEqual(['write']);
    expect(can(['ping'])).toEqual([]);
  });
  it('without any key is neither', () => expect(can(['get', 'set'], {}, [])).toEqual([]));
  it('on some keys says which', () => {
    expect(abilitiesOf(new Set(['get']), context(), ['~app:*'])).toMatchObject([{ by: 'get on ~app:*' }]);
  });
  it('is destroyed by FLUSHALL whatever the keys, by DEL only with all of them', () => {
    expect(can(['flushall'], {}, ['~app:*'])).toContain('destroy');
    expect(can(['del'], {}, ['~app:*'])).not.toContain('destroy');
    expect(can(['del'])).toContain('destroy');
  });
});

it('names the rest by its commands', () => {
  expect(can(['psync'])).toEqual(['copy']);
  expect(can(['acl|setuser'])).toEqual(['control']);
  expect(can(['shutdown'])).toEqual(['stop']);
  expect(can(['monitor'])).toEqual(['observe']);
  expect(can(['migrate'])).toContain('reach');
  expect(can(['replicaof'])).toEqual(['destroy', 'reach']);
});

it('knows that who may change users may become anyone', () => {
  expect(mayBecomeAnyone(new Set(['acl|setuser']))).toBe(true);
  expect(mayBecomeAnyone(new Set(['acl|list']))).toBe(false);
});
