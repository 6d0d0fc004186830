import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { capabilityNames, reaches, severities } from '../../../model/index.ts';
import { collectedNames } from '../../../model/index.ts';
import { emptyAudit, exampleAudit, serverOf } from '../example-audit.ts';
import { hostileAudit } from '../hostile-audit.ts';
import { healthOrder, reasons } from '../words.ts';
import json from './index.ts';

type Schema = { readonly [name: string]: unknown };
const schema = (name: string): Schema =>
  JSON.parse(
    readFileSync(new URL(`../../../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as Schema;
const options = { color: false, width: 80 };
const parse = (text: string): { servers: { evidence: unknown }[] } =>
  JSON.parse(text) as { servers: { evidence: unknown }[] };

const validator = (name: string): ((value: unknown) => string) => {
  const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(
    schema(name),
  );
  return (value) => (validate(value) ? 'valid' : JSON.stringify(validate.errors, null, 2));
};

describe('the published schemas', () => {
  const audit = validator('audit');
  const snapshot = validator('snapshot');

  it('take every audit that is printed', () => {
    for (const shown of [
      emptyAudit,
      exampleAudit,
      hostileAudit,
      { ...emptyAudit, servers: [serverOf('a')] },
    ]) {
      expect(audit(parse(json.render(shown, options)))).toBe('valid');
    }
  });
  it('take a snapshot as it is saved, and not one whose notes of secrets a report has masked', () => {
    const saved = (servers: readonly { evidence: unknown }[]): unknown => ({
      schema: 'keyward.snapshot/1',
      version: '0.1.0',
      evidence: servers.map(({ evidence }) => evidence),
    });
    expect(snapshot(JSON.parse(JSON.stringify(saved(exampleAudit.servers))))).toBe('valid');
    expect(snapshot(saved(parse(json.render(exampleAudit, options)).servers))).toContain('/passwords/0');
  });
  it('refuse what is no audit', () => {
    expect(audit({ ...emptyAudit, schema: 'keyward.audit/2' })).not.toBe('valid');
    expect(audit({ ...emptyAudit, servers: [{ name: 'a' }] })).not.toBe('valid');
    expect(audit({ ...emptyAudit, more: 1 })).not.toBe('valid');
    const broken = { ...exampleAudit.servers[0]?.evidence, facts: { door: { known: true } } };
    expect(snapshot({ schema: 'keyward.snapshot/1', version: '0.1.0', evidence: [broken] })).not.toBe(
      'valid',
    );
  });

  it('have the words of the model, all of them and no others', () => {
    const text = JSON.stringify([schema('audit'), schema('snapshot')]);
    const words = [[...severities], capabilityNames, reaches, Object.keys(reasons)] as const;
    for (const one of words) expect(text).toContain(`"enum":${JSON.stringify(one)}`);
    const healths = /"health":\{"enum":(\[[^\]]*\])/.exec(text)?.[1] ?? '[]';
    expect(new Set(JSON.parse(healths) as string[])).toEqual(new Set(healthOrder));
    const evidence = (
      schema('snapshot') as { $defs: { evidence: { properties: { facts: { properties: object } } } } }
    ).$defs.evidence;
    expect(Object.keys(evidence.properties.facts.properties)).toEqual(collectedNames);
  });

  it.each(['audit', 'snapshot'])('%s describes every property', (name) => {
    const silent: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, part] of Object.entries(value)) {
        if (key === 'properties') {
          for (const [property, about] of Object.entries(part as Schema)) {
            const { description } = about as { description?: string };
            if (typeof description !== 'string' || description.length < 4) silent.push(`${path}/${property}`);
          }
        }
        walk(part, `${path}/${key}`);
      }
    };
    walk(schema(name), name);
    expect(silent).toEqual([]);
  });
});

describe('the JSON report', () => {
  it('says every value again, but secrets as ***', () => {
    const masked = JSON.parse(JSON.stringify(hostileAudit), (_name, value: unknown) =>
      typeof value === 'object' && value !== null && 'secret' in value ? '***' : value,
    ) as object;
    expect(JSON.parse(json.render(hostileAudit, options))).toEqual({
      $schema: 'audit.schema.json',
      ...masked,
    });
  });
  it.each([exampleAudit, hostileAudit])('says of a server among many what it says of a few', (audit) => {
    const many = { ...audit, servers: Array.from({ length: 9 }, () => audit.servers).flat() };
    const few = parse(json.render(audit, options)).servers;
    expect(many.servers.length).toBeGreaterThan(16);
    const lines = json.render(many, options).split('\n');
    expect(parse(lines.join('\n')).servers.slice(0, few.length)).toEqual(few);
    expect(lines.filter((line) => line.startsWith('    {"name":'))).toHaveLength(many.servers.length);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
  });
  it('is plain text to a terminal, also where JSON would allow more', () => {
    expect(json.render(hostileAudit, options)).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/,
    );
  });
});
