import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { emptyAudit, exampleAudit, findingOf, resultOf, serverOf } from '../example-audit.ts';
import { hostileAudit } from '../hostile-audit.ts';
import junit from './index.ts';

const options = { color: false, width: 80 };
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;

describe('the JUnit report', () => {
  it.skipIf(!hasXmllint)('is XML to a strict parser (needs xmllint)', () => {
    for (const audit of [emptyAudit, exampleAudit, hostileAudit]) {
      const { status, stderr } = spawnSync('xmllint', ['--noout', '-'], {
        input: junit.render(audit, options),
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    }
  });

  it('counts checks, not findings, and adds up', () => {
    const findings = ['one', 'two'].map((seen) => findingOf('a', 'host', 'low', 'A fault', { seen }));
    const unknowns = [resultOf('unknown', 'b', 'host', 'low', 'Another', 'no access')];
    const text = junit.render(
      {
        ...emptyAudit,
        servers: [serverOf('s', { findings, unknowns })],
        failures: [{ target: 't', problem: 'refused' }],
      },
      options,
    );
    expect(text).toContain('<testsuites name="Keyward" tests="3" failures="1" errors="1" skipped="1"');
    expect(text).toContain('[low] one\n[low] two\n');
    expect(text).toContain('<skipped message="unknown: Another? no access"/>');
    expect(text).toContain('<error message="refused" type="not-audited"/>');
  });

  it('names a check that passed by its id: its title names a fault that is not there', () => {
    const text = junit.render(exampleAudit, options);
    expect(text).toContain('name="unknown-module" time="0"/>');
    expect(text).not.toContain('A module of unknown origin is loaded');
  });
});
