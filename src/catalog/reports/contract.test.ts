import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Audit } from '../../model/index.ts';
import type { ReportOptions } from '../define-report.ts';
import { emptyAudit, exampleAudit, exampleServers, serverOf } from './example-audit.ts';
import { attack, hostileAudit } from './hostile-audit.ts';
import { reportNames, reports, type ReportName } from './index.ts';

const options: ReportOptions = { color: false, width: 80 };
const loaded = await Promise.all(
  reportNames.map(async (name) => [name, await reports[name].load()] as const),
);
const render = (name: ReportName, audit: Audit, more: Partial<ReportOptions> = {}): string => {
  const report = loaded.find(([one]) => one === name)?.[1];
  if (!report) throw new Error(`no report ${name}`);
  return report.render(audit, { ...options, ...more });
};
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    Object.values(Object.freeze(value)).forEach(freeze);
  return value;
};
const many: Audit = {
  ...exampleAudit,
  servers: Array.from({ length: 1000 }, (_, index) => ({
    ...(index % 2 === 0 ? exampleServers.weak : exampleServers.compromised),
    name: `redis://10.1.${Math.floor(index / 250)}.${index % 250}:6379`,
  })),
};

describe.each(loaded)('report %s', (name, report) => {
  const { title, mediaType, extension } = reports[name];

  it('is what the registry says', () => {
    expect({ title: report.title, mediaType: report.mediaType }).toEqual({ title, mediaType });
    expect(extension).toMatch(/^\.[a-z]+$/);
  });

  it('has something to say of an audit of nothing', () => {
    const text = render(name, emptyAudit);
    expect(text.length).toBeGreaterThan(20);
    expect(text).toMatch(/\n$/);
  });

  it('says the example as before', () => {
    const golden = new URL(`../../../test/golden/reports/example${extension}`, import.meta.url);
    const text = render(name, exampleAudit);
    if (process.env['KEYWARD_UPDATE_GOLDEN'] === '1' || !existsSync(golden)) {
      expect(
        process.env['KEYWARD_UPDATE_GOLDEN'],
        `${golden.pathname} is missing: run with KEYWARD_UPDATE_GOLDEN=1`,
      ).toBe('1');
      mkdirSync(new URL('.', golden), { recursive: true });
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it('gives the same text twice and leaves the audit alone', () => {
    const audit = freeze(structuredClone(exampleAudit));
    expect(render(name, audit, { verbose: true })).toBe(
      render(name, JSON.parse(JSON.stringify(audit)) as Audit, { verbose: true }),
    );
  });

  it('never passes on a character that acts instead of being read', () => {
    for (const verbose of [false, true]) {
      const text = render(name, hostileAudit, { verbose });
      const breaks = name === 'csv' ? /\r\n/g : /\n/g;
      expect(text.replace(breaks, '')).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]|\udb40/,
      );
      expect(text.isWellFormed()).toBe(true);
    }
  });

  it('never shows which secrets are equal', () => {
    for (const audit of [exampleAudit, hostileAudit])
      expect(render(name, audit, { verbose: true })).not.toContain('same-id-of');
  });

  it('says unknown as unknown', () => {
    const text = render(name, {
      ...emptyAudit,
      servers: [serverOf('redis://192.0.2.1:6379')],
      failures: [{ target: 'a', problem: 'refused' }],
    });
    expect(text).toMatch(/unknown|not known/i);
    expect(text).toContain('refused');
  });

  it('shows an intruder before any health', () => {
    const text = render(name, { ...emptyAudit, servers: [exampleServers.compromised] });
    expect(text).toContain('Keys of a known intrusion exist');
    // Programs read fields, not from the top.
    if (name === 'json' || name === 'junit' || name === 'sarif') return;
    expect(text.indexOf('Keys of a known intrusion exist')).toBeLessThan(
      text.indexOf('The default user needs no password'),
    );
  });

  it('names each of a thousand servers, or counts those that it leaves out', () => {
    const text = render(name, many);
    const short = name === 'terminal' || name === 'markdown' || name === 'html';
    expect(text).toContain('redis://10.1.0.1:6379');
    if (!short) expect(text).toContain('redis://10.1.3.249:6379');
    else expect(text).toMatch(/… and \d+ more servers?/);
    expect(text.length).toBeLessThan(short ? 6_000_000 : 60_000_000);
  });
});

/** Tags in order; throws where one is not closed, or where there is text that XML forbids. */
function elements(xml: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const rest = xml
    .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
    .replace(
      /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
      (_, close: string, tag: string, _attributes, alone: string) => {
        if (close !== '') expect(open.pop()).toBe(tag);
        else seen.push(tag);
        if (close === '' && alone === '') open.push(tag);
        return '';
      },
    );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(xml.replace(/&(?:amp|lt|gt|quot|apos|#10);/g, '')).not.toContain('&');
  return seen;
}

/** RFC 4180. */
function cells(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('hostile text changes what is said, never its structure', () => {
  it('in the HTML page', () => {
    const text = render('html', hostileAudit);
    // Backticks in words of the catalog become code, and the attack has some.
    const tags = /<(?!code)[a-z]/gi;
    expect(count(text, tags)).toBe(count(render('html', exampleAudit), tags));
    expect(text).not.toMatch(/<script|<img|javascript:alert\(3\)[^)]|href="(?!https:|#)/i);
    expect(text).toContain('&lt;script>alert(1)');
  });
  it('in JUnit', () => {
    expect(elements(render('junit', hostileAudit))).toEqual(elements(render('junit', exampleAudit)));
    elements(render('junit', emptyAudit));
  });
  it('in CSV, where no cell is a formula', () => {
    const rows = cells(render('csv', hostileAudit));
    expect(rows).toHaveLength(cells(render('csv', exampleAudit)).length);
    for (const row of rows) {
      expect(row).toHaveLength(13);
      for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
  });
  it('in Markdown', () => {
    const text = render('markdown', hostileAudit);
    const same = render('markdown', exampleAudit);
    expect(text.split('\n')).toHaveLength(same.split('\n').length);
    const structure = (lines: string): string[] =>
      lines.split('\n').map((line) => (/^(?:#+ |\||\s*- |\d+\. |)/.exec(line) ?? [''])[0]);
    expect(structure(text)).toEqual(structure(same));
    for (const line of text.split('\n').filter((one) => one.startsWith('|'))) {
      expect([11, 9]).toContain(count(line, /(?<!\\)\|/g) - 1);
    }
    expect(text).not.toMatch(/<(?!span>@|\/span>|https:)/);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
  });
  it('in SARIF', () => {
    type Log = {
      runs: {
        results: { ruleId: string; kind: string; message: { text: string } }[];
        tool: { driver: { rules: { helpUri?: string }[] } };
      }[];
    };
    const [run] = (JSON.parse(render('sarif', hostileAudit)) as Log).runs;
    const [calm] = (JSON.parse(render('sarif', exampleAudit)) as Log).runs;
    expect(run?.results.map(({ kind }) => kind)).toEqual(calm?.results.map(({ kind }) => kind));
    for (const { message } of run?.results ?? []) expect(message.text).not.toMatch(/(?<!\\)\]\(/);
  });
  it('in links: what is no plain https address is not one', () => {
    const link = (address: string) =>
      ({
        id: 'default-user-open',
        theme: 'a',
        title: 'a',
        severity: 'low',
        why: attack,
        remedy: attack,
        links: [address],
      }) as const;
    for (const address of [
      'javascript:alert(1)',
      'https://a.example/"onclick="x',
      'http://a.example/',
      'https://a.example/\u0000',
    ]) {
      for (const name of ['html', 'markdown', 'sarif'] as const)
        expect(render(name, exampleAudit, { checks: [link(address)] })).not.toMatch(
          /href="[^#]|<http|helpUri/,
        );
    }
    expect(render('html', exampleAudit, { checks: [link('https://a.example/b#c')] })).toContain(
      'href="https://a.example/b#c"',
    );
  });
});

describe('what is loaded', () => {
  const bare: string[] = [];
  const walk = (file: URL, seen = new Set<string>()): void => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    const source = readFileSync(file, 'utf8');
    for (const [, kind, target = ''] of source.matchAll(
      /^(import type|export type|import|export)\b[^;]*? from '([^']+)';/gm,
    )) {
      if (kind === 'import type' || kind === 'export type') continue;
      if (target.startsWith('.')) walk(new URL(target, file), seen);
      else bare.push(target);
    }
  };
  it.each(['terminal/index.ts', 'json/index.ts', 'index.ts'])(
    '%s needs no package, so a report begins at once',
    (entry) => {
      bare.length = 0;
      const seen = new Set<string>();
      walk(new URL(entry, import.meta.url), seen);
      expect(bare).toEqual([]);
      if (entry !== 'index.ts') expect(seen.size).toBeGreaterThan(3);
    },
  );
});
