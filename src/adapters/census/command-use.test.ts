import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandUse, type Counted } from './command-use.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

const counted: Counted = { uptime: 90_000, received: 40, connected: 3, newest: 41 };
const used = (text: string, more: Partial<Counted> = {}) => commandUse(text, { ...counted, ...more });
const line = (name: string, calls = '7'): string =>
  `cmdstat_${name}:calls=${calls},usec=12,usec_per_call=1.71,rejected_calls=0,failed_calls=0\r\n`;

describe('which commands were used', () => {
  it('are those that were called, in order, and for how long they are counted', () => {
    expect(
      used(`# Commandstats\r\n${line('xgroup|create')}${line('get')}${line('JSON.SET')}${line('keys', '0')}`),
    ).toEqual({ commands: ['get', 'json.set', 'xgroup|create'], seconds: 90_000 });
  });

  it('were only tried where every call was denied', () => {
    expect(used('cmdstat_keys:calls=0,usec=0,usec_per_call=0.00,rejected_calls=3,failed_calls=0')).toEqual(
      undefined,
    );
  });

  it('are told by old servers without parts and without denials', () => {
    expect(used('cmdstat_eval:calls=1,usec=5,usec_per_call=5.00\ncmdstat_script:calls=2,usec=5')).toEqual({
      commands: ['eval', 'script'],
      seconds: 90_000,
    });
  });

  it('do not tell what Keyward sends itself, before 7.0 the whole container', () => {
    const ours = 'info hello ping echo client|list config|get acl|whoami acl command config client auth';
    expect(
      used(
        `${ours
          .split(' ')
          .map((name) => line(name))
          .join('')}${line('get')}`,
      )?.commands,
    ).toEqual(['get']);
    expect(used(line('config|set') + line('client|kill'))?.commands).toEqual(['client|kill', 'config|set']);
  });

  it('are not known where the server counts none, or tells stories', () => {
    expect(used('')).toBeUndefined();
    expect(used('# Commandstats\r\n')).toBeUndefined();
    expect(used(Array.from({ length: 6000 }, (_, i) => line(`c${i}`)).join(''))).toBeUndefined();
  });

  it('are counted since nobody knows when, after the statistics were reset', () => {
    expect(used(line('get') + line('config|resetstat', '1'))?.seconds).toBe(0);
    expect(used(line('get'), { received: 2, connected: 3 })?.seconds).toBe(0);
    expect(used(line('get'), { received: 40, newest: 9000 })?.seconds).toBe(0);
    expect(used(line('get'), { uptime: undefined })?.seconds).toBe(0);
    expect(used(line('get'), { received: undefined, newest: Number.NaN })?.seconds).toBe(90_000);
  });

  it('from a stranger are harmless words of bounded length', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('cmdstat_', ':calls=', '1', ',', '\r\n', '\n', 'get', 'x'.repeat(500), '\u001b[31m'),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        for (const name of used(parts.join(''))?.commands ?? []) expect(name).toMatch(/^[!-~]{1,128}$/);
      }),
      { numRuns: runs },
    );
  });
});
