import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretMeter } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 5000 : 100;
const meter = createSecretMeter(() => randomBytes(32));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const names = ['default', 'billing-app', 'cache-01.example.com'];

describe('the strength of a password in the clear', () => {
  it.each([
    'foobared',
    'redis123',
    'changeme',
    'ffa9203c493aa99',
    'Redis@2024',
    'valkey!',
    'p@ssw0rd',
    'monkey',
    'LetMeIn',
  ])('%j is guessed', async (password) => {
    expect((await meter.note(password, names)).strength).toBe('guessed');
  });

  it.each(['billing-app', 'Billing123', 'cache-01', 'EXAMPLE2025', 'example@123', 'ppa-gnillib'])(
    '%j is guessed from a name here',
    async (password) => {
      expect(await meter.note(password, names)).toMatchObject({
        strength: 'guessed',
        why: 'made from a name of this server',
      });
    },
  );

  it.each(['qwertyasdf12', 'tuesday77', 'x7k2p'])('%j is weak', async (password) => {
    expect((await meter.note(password, names)).strength).toBe('weak');
  });

  it.each(['kT9#vm2!Qx7z', 'gR4tbN8wLq2z'])(
    '%j is fair: enough over the network, not when its hash is taken',
    async (password) => {
      expect((await meter.note(password, names)).strength).toBe('fair');
    },
  );

  it.each([
    'f3a9c1d07be84625a1c9e07d53b2f846',
    'kT9vm2Qx7zLp4Rw8Yb3Nc6Hd',
    '2b8f0c1e-93d4-4a7e-8f65-0b1c9d3e7a42',
    'x9QvT2mK7pLr4WzB',
    '$kT9vm2Qx7zLp4Rw8Yb3',
    '<kT9vm2@Qx7zLp4!Rw8Yb3>',
    'correct unhorse battery staple gorilla',
  ])('%j is strong', async (password) => {
    expect((await meter.note(password, names)).strength).toBe('strong');
  });

  it.each([
    'passwordpasswordpassword',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '123456123456123456123456',
    'a1A!a1A!a1A!a1A!a1A!a1A!',
  ])('length alone is no strength: %j', async (password) => {
    expect(['weak', 'guessed']).toContain((await meter.note(password, names)).strength);
  });

  it.each([
    '${REDIS_PASSWORD}',
    '$PASS',
    '{{ redis_pw }}',
    '<your-password>',
    'CHANGEME_STRONG_PASSWORD_HERE',
    'replace-with-a-long-one',
    'YOUR_VERY_LONG_PASSWORD',
    '%PW%',
    '__REDIS_PW__',
    'xxxxxxxxxxx',
  ])('%j is a placeholder', async (password) => {
    expect((await meter.note(password, names)).strength).toBe('guessed');
  });

  it('a long random name does not make its own password strong', async () => {
    const name = 'svc-9f3Kd72LmQx81Zt4Wb6Rn0';
    expect((await meter.note(name, [name])).strength).toBe('guessed');
    expect((await meter.note(name, [])).strength).toBe('strong');
  });

  it('an empty one is empty, also as a hash', async () => {
    expect((await meter.note('', names)).strength).toBe('empty');
    expect((await meter.noteHash(sha256(''), names)).strength).toBe('empty');
  });
});

describe('a password of which only the hash is known', () => {
  it.each(['foobared', 'Redis@2024', 'monkey', 'Dragon123', 'billing-app', 'Billing2026', 'cache-01'])(
    'finds %j',
    async (password) => {
      expect((await meter.noteHash(sha256(password), names)).strength).toBe('guessed');
      expect((await meter.noteHash(sha256(password).toUpperCase(), names)).strength).toBe('guessed');
    },
  );

  it('does not know what no dictionary has, and does not call it good', async () => {
    expect((await meter.noteHash(sha256('kT9#vm2!Qx7z'), names)).strength).toBe('unmeasured');
    expect((await meter.noteHash('not a hash', names)).strength).toBe('unmeasured');
  });

  it('finds whatever the clear text would be guessed from by name', async () => {
    const guess = fc.tuple(
      fc.constantFrom('Billing', 'app', 'EXAMPLE'),
      fc.constantFrom('', '1', '@123', '_2020', '!'),
    );
    await fc.assert(
      fc.asyncProperty(guess, async ([name, ending]) => {
        const password = name + ending;
        expect((await meter.noteHash(sha256(password), names)).strength).toBe(
          (await meter.note(password, names)).strength,
        );
      }),
      { numRuns: 15 },
    );
  });
});

describe('what is kept of a password', () => {
  it('is equal for the same password, as text, bytes or hash, and differs between salts', async () => {
    const other = createSecretMeter(() => randomBytes(32));
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 40, unit: 'binary' }), async (password) => {
        const { same } = await meter.note(password, []);
        expect((await meter.note(Buffer.from(password, 'utf8'), [])).same).toBe(same);
        expect((await meter.noteHash(sha256(Buffer.from(password, 'utf8').toString('utf8')), [])).same).toBe(
          same,
        );
        // Of an empty password there is nothing to hide.
        if (password !== '') expect((await other.note(password, [])).same).not.toBe(same);
      }),
      { numRuns: runs },
    );
  });

  it('differs for different passwords', async () => {
    const notes = await Promise.all(['a', 'b', 'foobared', ''].map((password) => meter.note(password, [])));
    expect(new Set(notes.map(({ same }) => same)).size).toBe(4);
    expect(notes[0]?.same).toMatch(/^[0-9a-f]{16}$/);
  });

  it('never holds the password', async () => {
    for (const password of ['canary-7', 'Canary2024', 'x'.repeat(3) + 'canary']) {
      for (const noted of [
        await meter.note(password, ['canary']),
        await meter.noteHash(sha256(password), ['canary']),
      ]) {
        expect(JSON.stringify(noted).toLowerCase()).not.toContain('canary');
      }
    }
  });
});
