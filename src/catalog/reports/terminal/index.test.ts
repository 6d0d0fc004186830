import { describe, expect, it } from 'vitest';
import { width } from '../../../lang/text/index.ts';
import { known, type Audit } from '../../../model/index.ts';
import { actor, exposure, origin } from '../../example-facts.ts';
import { exampleAudit, exampleServers, findingOf, resultOf, serverOf } from '../example-audit.ts';
import { hostileAudit } from '../hostile-audit.ts';
import terminal from './index.ts';

const plain = { color: false, width: 80 };
const only = (...servers: Audit['servers']): Audit => ({ ...exampleAudit, servers, failures: [] });
const show = (audit: Audit, more = {}): string => terminal.render(audit, { ...plain, ...more });
const position = (text: string, part: string): number => {
  expect(text, `says ${part}`).toContain(part);
  return text.indexOf(part);
};

describe('the report in a terminal', () => {
  it.each([40, 60, 72, 80, 100, 200])('fits %i columns, whatever is in it', (columns) => {
    for (const audit of [exampleAudit, hostileAudit]) {
      for (const ascii of [false, true]) {
        for (const line of show(audit, { width: columns, ascii, verbose: true }).split('\n')) {
          expect(width(line), line).toBeLessThanOrEqual(columns);
        }
      }
    }
  });

  it('has colours only when asked, and they change nothing else', () => {
    expect(show(exampleAudit)).not.toContain('\u001b');
    const colored = show(exampleAudit, { color: true });
    expect(colored).toContain('\u001b[31m');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(show(exampleAudit));
  });

  it('keeps to ASCII when asked', () => {
    for (const audit of [exampleAudit, hostileAudit]) {
      for (const verbose of [false, true])
        expect(show(audit, { ascii: true, verbose })).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });

  it('shows signs of compromise before anything else', () => {
    const text = show(only(exampleServers.compromised));
    const signs = position(text, 'SIGNS OF COMPROMISE');
    for (const later of ['WHO CAN DO WHAT', 'OTHER FINDINGS', 'Anyone on the Internet can']) {
      expect(signs).toBeLessThan(position(text, later));
    }
    const many = show(exampleAudit);
    expect(position(many, 'SIGNS OF COMPROMISE')).toBe(0);
  });

  it('shows the table first, then findings, then what to do, then what is not known', () => {
    const text = show(only(exampleServers.weak));
    const order = [
      'EXPOSED',
      'WHO CAN DO WHAT',
      'FINDINGS',
      'WHAT TO DO',
      'NOT KNOWN',
      '2 critical, 3 high',
    ].map((part) => position(text, part));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('puts places from where the same can be done into one row', () => {
    const text = show(only(exampleServers.weak));
    expect(text.match(/^ {2}no login/gm)).toHaveLength(1);
    expect(text).toContain('no login                    ●     ●     ●    ●      ●     ○    ●     ●     ●');
  });

  it('says a remedy once, for all that it ends', () => {
    const text = show(only(exampleServers.weak));
    expect(text.match(/Give the default user a password/g)).toHaveLength(1);
    expect(text).toContain('ends: The default user needs no password; Protected mode is off. Concerns 27');
  });

  it('says once what several checks wait for', () => {
    const unknowns = ['one', 'two'].map((check) =>
      resultOf('unknown', check, 'host', 'low', `Fault ${check}`, 'no access to the host'),
    );
    const text = show(only(serverOf('redis://192.0.2.1:6379', { unknowns })));
    expect(text).toContain('  ? no access to the host\n    – Fault one? [one]\n    – Fault two? [two]\n');
  });

  it('says where the server turns everyone away', () => {
    const table = exposure(
      [origin('network', { label: 'whoever routes to 10.0.0.5', refused: 'protected mode' })],
      [actor('nobody')],
    );
    const text = show(only(serverOf('redis://10.0.0.5:6379', { exposure: known(table, 'test') })));
    expect(text).toContain(
      'Whoever routes to 10.0.0.5 (0.0.0.0:6379)\n  – turned away by the server: protected mode\n',
    );
    expect(text).not.toContain('no login');
  });

  it('says unknown where it is unknown', () => {
    const text = show(only(serverOf('redis://192.0.2.1:6379')));
    expect(text).toContain('UNKNOWN');
    expect(text).toContain('not known: no answer within 5 s');
    expect(text).toContain('Not known: neither ACL LIST nor the configuration file could be read');
    expect(text).not.toMatch(/sound|safe|nobody/i);
  });

  it('cuts long lists and counts what is left, unless all is wanted', () => {
    const findings = Array.from({ length: 60 }, (_, index) =>
      findingOf(`check-${index}`, 'host', 'low', `Fault number ${index}`),
    );
    const audit = only(serverOf('redis://192.0.2.1:6379', { findings }));
    expect(show(audit)).toContain('… and 35 more findings (--verbose shows all)');
    expect(show(audit)).not.toContain('Fault number 59');
    expect(show(audit, { verbose: true })).toContain('Fault number 59');
  });

  it('says what passed only when everything is wanted, and as what was not found', () => {
    const audit = only(exampleServers.weak);
    expect(show(audit)).not.toContain('A module of unknown origin');
    expect(show(audit, { verbose: true })).toContain(
      'LOOKED FOR, AND NOT FOUND\n  – A module of unknown origin is loaded [unknown-module]',
    );
  });

  it('cuts one endless text, unless all is wanted', () => {
    const audit = only(
      serverOf('redis://192.0.2.1:6379', {
        findings: [findingOf('a', 'host', 'low', 'A fault', { seen: 'word '.repeat(390) })],
      }),
    );
    expect(show(audit).match(/word/g)).toHaveLength(160);
    expect(show(audit, { verbose: true }).match(/word/g)).toHaveLength(390);
  });

  it('begins with a table of servers when there are several, the worst first', () => {
    const text = show(exampleAudit);
    expect(text).toContain('3 servers: 1 compromised, 1 exposed, 1 sound');
    expect(position(text, 'redis://203.0.113.9:6379    COMPROMISED')).toBeLessThan(
      position(text, 'redis://10.0.0.5:6379       EXPOSED'),
    );
    expect(text).toContain('COULD NOT BE AUDITED');
  });
});
