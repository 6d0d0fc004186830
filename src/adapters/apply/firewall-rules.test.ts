import { describe, expect, it } from 'vitest';
import type { Place, Ran } from '../place/index.ts';
import { liveRules } from './firewall-rules.ts';

const open = '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';
const gone: Ran = { code: 127, stdout: '', stderr: 'sh: not found' };

/** A host on which these programs answer so; the others are not there. */
const placeOf = (answers: Readonly<Record<string, Partial<Ran> | Error>>): Place => {
  const never = async (): Promise<never> => {
    throw new Error('only programs are run');
  };
  return {
    name: 'here',
    read: never,
    write: never,
    remove: never,
    access: never,
    setAccess: never,
    link: never,
    account: never,
    group: never,
    close: never,
    async run([program = '']) {
      const answer = answers[program] ?? gone;
      if (answer instanceof Error) throw answer;
      return { code: 0, stdout: '', stderr: '', ...answer };
    },
  };
};

describe('rules that the kernel holds', () => {
  const four = { 'iptables-save': { stdout: open } };

  it('are what the programs that are there list', async () => {
    expect(await liveRules(placeOf(four))).toMatchObject({ ruleSets: [{}] });
    const none = { ...four, nft: new Error('nft cannot be run (ENOENT)'), ip6tables: gone };
    expect(await liveRules(placeOf(none))).toMatchObject({ ruleSets: [{}] });
    const without = {
      ...four,
      nft: { code: 1, stderr: 'cache initialization failed: Protocol not supported' },
    };
    expect(await liveRules(placeOf(without))).toMatchObject({ ruleSets: [{}] });
  });

  it.each([
    [{ code: 1, stderr: 'Error: Operation not permitted' }, 'nft: Error: Operation not permitted'],
    [new Error('nft prints more than 1048576 bytes'), 'nft prints more than 1048576 bytes'],
    [new Error('nft did not end within 20000 ms'), 'nft did not end within 20000 ms'],
  ])('are not known where a program is there and fails', async (nft, why) => {
    expect(await liveRules(placeOf({ ...four, nft }))).toEqual({ why: `the rules are not known: ${why}` });
  });

  it('need sets only where a rule names one', async () => {
    const ipset = { code: 1, stderr: 'Cannot open session to kernel.' };
    expect(await liveRules(placeOf({ ...four, ipset }))).toMatchObject({ ruleSets: [{}] });
    const naming = {
      stdout: open.replace('COMMIT', '-A INPUT -m set --match-set friends src -j ACCEPT\nCOMMIT'),
    };
    expect(await liveRules(placeOf({ 'iptables-save': naming, ipset }))).toEqual({
      why: 'the rules are not known: ipset: Cannot open session to kernel.',
    });
  });
});
