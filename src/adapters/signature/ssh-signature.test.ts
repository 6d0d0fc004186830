import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, verify } from './ssh-signature.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-signature-'));
const at = (name: string): string => join(folder, name);
const plan = at('plan.json');
const signers = at('allowed_signers');
const key = (name: string, passphrase = ''): string => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', at(name)]);
  return at(name);
};
const publicKey = (name: string): string => readFileSync(at(`${name}.pub`), 'utf8');
const allow = (line: string): void => writeFileSync(signers, line);

beforeAll(() => {
  key('alice');
  key('mallory');
  key('locked', 'a passphrase');
  writeFileSync(plan, '{"schema":"keyward.plan/1"}\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signed = async (by = 'alice'): Promise<void> => {
  expect(await sign(plan, at(by))).toEqual({ signature: `${plan}.sig` });
};
const verdict = async (identity = 'alice@example.org') => (await verify(plan, signers, identity)).verdict;

describe('a signed plan', () => {
  it('is good when the key is one of the identity’s, and comes back as the bytes that were verified', async () => {
    await signed();
    allow(`alice@example.org ${publicKey('alice')}`);
    const { verdict: is, bytes } = await verify(plan, signers, 'alice@example.org');
    expect(is).toMatchObject({ kind: 'good', identity: 'alice@example.org' });
    expect(is.kind === 'good' && is.key).toMatch(/^ED25519 key SHA256:[\w+/]{43}$/);
    expect(bytes?.toString()).toBe('{"schema":"keyward.plan/1"}\n');
  });

  it('is one that OpenSSH itself verifies', async () => {
    await signed();
    allow(`alice@example.org ${publicKey('alice')}`);
    const words = ['-Y', 'verify', '-n', 'keyward', '-f', signers, '-I', 'alice@example.org'];
    const said = execFileSync('ssh-keygen', [...words, '-s', `${plan}.sig`], { input: readFileSync(plan) });
    expect(String(said)).toMatch(/^Good "keyward" signature for alice@example\.org/);
  });

  it('is bad after a single byte of it was changed', async () => {
    await signed();
    allow(`alice@example.org ${publicKey('alice')}`);
    const text = readFileSync(plan, 'utf8');
    writeFileSync(plan, text.replace('plan/1', 'plan/2'));
    expect(await verdict()).toMatchObject({
      kind: 'bad',
      why: expect.stringContaining('incorrect signature'),
    });
    writeFileSync(plan, text);
    expect(await verdict()).toMatchObject({ kind: 'good' });
  });

  it.each([
    ['somebody else’s key', () => `alice@example.org ${publicKey('mallory')}`],
    ['a key of another identity', () => `bob@example.org ${publicKey('alice')}`],
    ['a key for something else', () => `alice@example.org namespaces="git" ${publicKey('alice')}`],
    ['a key of other days', () => `alice@example.org valid-before="20200101" ${publicKey('alice')}`],
    ['nobody’s', () => ''],
    ['no such file', () => 'garbage\n'],
  ])('is bad when the signers file has only %s', async (_, line) => {
    await signed();
    allow(line());
    expect((await verdict()).kind).toBe('bad');
  });

  it('is bad when it was signed for another purpose', async () => {
    allow(`alice@example.org ${publicKey('alice')}`);
    execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', 'file', '-f', at('alice'), plan], {
      stdio: 'ignore',
    });
    const other = readFileSync(plan);
    const signature = execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', 'file', '-f', at('alice')], {
      input: other,
    });
    writeFileSync(`${plan}.sig`, signature);
    expect(await verdict()).toMatchObject({ kind: 'bad', why: expect.stringContaining('namespace') });
  });

  it('is bad when the signature is none', async () => {
    allow(`alice@example.org ${publicKey('alice')}`);
    writeFileSync(`${plan}.sig`, 'hello\u001b[2J\n');
    const said = await verdict();
    expect(said.kind).toBe('bad');
    expect(JSON.stringify(said)).not.toContain('\u001b');
  });

  it('is unknown when there is no signature, or nobody to compare it with', async () => {
    rmSync(`${plan}.sig`);
    expect(await verdict()).toMatchObject({ kind: 'unknown', why: expect.stringContaining('ENOENT') });
    await signed();
    expect((await verify(plan, at('none'), 'alice@example.org')).verdict).toMatchObject({ kind: 'unknown' });
    expect((await verify(at('none'), signers, 'alice@example.org')).verdict.kind).toBe('unknown');
    expect((await verify(folder, signers, 'alice@example.org')).verdict.kind).toBe('unknown');
  });

  it.each(['*', '-f', 'a,b', 'a b', '', '!alice@example.org'])(
    'takes %j for no identity',
    async (identity) => {
      allow(`${identity} ${publicKey('alice')}`);
      expect(await verdict(identity)).toMatchObject({ kind: 'unknown' });
    },
  );
});

describe('signing', () => {
  it('replaces an old signature, and says why it cannot', async () => {
    await signed('mallory');
    const first = readFileSync(`${plan}.sig`, 'utf8');
    await signed('alice');
    expect(readFileSync(`${plan}.sig`, 'utf8')).not.toBe(first);
    expect(await sign(plan, at('none'))).toMatchObject({ problem: expect.stringContaining('No such file') });
    expect(await sign(at('none'), at('alice'))).toMatchObject({ problem: expect.stringContaining('ENOENT') });
    expect(await sign(plan, plan)).toHaveProperty('problem');
  });

  it('gives up on a passphrase that nobody types', async () => {
    // No terminal, and nothing that could ask.
    process.env['SSH_ASKPASS'] = '/bin/false';
    process.env['SSH_ASKPASS_REQUIRE'] = 'force';
    const said = await sign(plan, at('locked'), { timeout: 5000 });
    delete process.env['SSH_ASKPASS'];
    delete process.env['SSH_ASKPASS_REQUIRE'];
    expect(said).toMatchObject({ problem: expect.stringContaining('passphrase') });
  });
});
