import { createElement, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Severity } from '../../../model/index.ts';
import { defineReport } from '../../define-report.ts';
import { explainer } from '../explain.ts';
import { compareServers } from '../order.ts';
import { isSign, remedies } from '../remedies.ts';
import type { ShownAudit, ShownServer } from '../shown.ts';
import { healthOrder, list, make, plural, severityOrder } from '../words.ts';
import { code, cut, div, h, healthBadge, healthWords, li, ol, p, span, ul, prose } from './parts.ts';
import { serverPart, verdict } from './server.ts';
import { style } from './style.ts';

/** Nothing is loaded, run, sent or framed: the page is text and its style. Links leave no trace of where it lies. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const total = (servers: readonly ShownServer[], severity: Severity): number =>
  servers.reduce((sum, { counts }) => sum + counts[severity], 0);

/** What a person who reads no further should have read; then the rest of it. */
function headline({ servers, failures }: ShownAudit): readonly [string, string] {
  const [first] = servers;
  const failed = failures.length > 0 ? `${plural(failures.length, 'target')} could not be audited.` : '';
  if (!first) return ['Nothing was audited', failed || 'No server was named and none was found.'];
  if (servers.length === 1) return [healthWords[first.health], failed];
  const counts = healthOrder
    .map((health) => ({ health, count: servers.filter((server) => server.health === health).length }))
    .filter(({ count }) => count > 0);
  const [worst, ...rest] = counts.map(({ health, count }) => `${count} ${health}`);
  const others = rest.length > 0 ? `The others: ${list(rest)}.` : '';
  return [
    `${worst?.replace(' ', ` of ${servers.length} servers `)}`,
    [others, failed].filter((part) => part !== '').join(' '),
  ];
}

/** Counts that are the filter too: a checkbox each, and no script. */
const filters = (servers: readonly ShownServer[]): VNode =>
  h(
    'fieldset',
    { class: 'filters' },
    h('legend', {}, 'Findings; clear a box to hide them'),
    ...severityOrder.map((severity) =>
      h(
        'label',
        { class: `tile ${severity}` },
        h('input', { type: 'checkbox', id: `show-${severity}`, checked: true, autocomplete: 'off' }),
        span('number', String(total(servers, severity))),
        span('word', severity),
      ),
    ),
    div(
      'tile unknown',
      span('number', String(servers.reduce((sum, { unknowns }) => sum + unknowns.length, 0))),
      span('word', 'unknown'),
    ),
    div(
      'tile passed',
      span('number', String(servers.reduce((sum, { passed }) => sum + passed.length, 0))),
      span('word', 'passed'),
    ),
  );

/** Signs of an intruder, of all servers: above everything. */
function alarm(servers: readonly ShownServer[]): VNode | null {
  const signs = servers.flatMap((server) =>
    server.findings.filter(isSign).map((finding) => ({ server, finding })),
  );
  if (signs.length === 0) return null;
  return h(
    'section',
    { class: 'alarm', role: 'alert' },
    h('h2', {}, 'Signs of compromise'),
    ul(
      '',
      ...cut(signs, 50, 'sign', ({ server, finding }) =>
        li('', h('strong', {}, finding.title), ' on ', code('', server.name), `: ${finding.seen}`),
      ),
    ),
    p('', 'Look into this before mending anything else: mending destroys traces.'),
  );
}

/** The first sentence: the rest is said below. */
const opening = (text: string): string => /^[^]{20,}?[.;](?= |$)/.exec(text)?.[0].replace(/;$/, '.') ?? text;

/** The first three things to do, over all servers: what is urgent, then what most servers need. */
function first(servers: readonly ShownServer[]): VNode | null {
  const all = servers.flatMap((server) => remedies(server.findings).map((remedy) => ({ server, remedy })));
  const chosen = [...Map.groupBy(all, ({ remedy }) => remedy.text).values()]
    .toSorted((a, b) => Number(b[0]?.remedy.urgent) - Number(a[0]?.remedy.urgent) || b.length - a.length)
    .slice(0, 3);
  if (chosen.length === 0) return null;
  const where = (group: typeof all): VNode =>
    span(
      'at',
      ' (',
      code('', group[0]?.server.name ?? ''),
      group.length > 1 ? ` and ${group.length - 1} more)` : ')',
    );
  return div(
    'first',
    h('h2', {}, 'Do first'),
    ol(
      '',
      ...chosen.map((group) =>
        li(
          '',
          h('strong', {}, group[0]?.remedy.findings[0]?.title ?? ''),
          ...prose(opening(group[0]?.remedy.text ?? '')),
          servers.length > 1 ? where(group) : null,
        ),
      ),
    ),
  );
}

const overview = (servers: readonly ShownServer[], shown: number): VNode =>
  div(
    'scroll',
    h(
      'table',
      { class: 'overview' },
      h('caption', { class: 'spoken' }, 'All servers'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...['Server', 'Verdict', 'Product', ...severityOrder, 'unknown'].map((word) =>
            h('th', { scope: 'col' }, word),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        ...servers
          .slice(0, 1000)
          .map((server, index) =>
            h(
              'tr',
              {},
              h(
                'th',
                { scope: 'row' },
                index < shown ? h('a', { href: `#server-${index + 1}` }, server.name) : server.name,
              ),
              h('td', {}, healthBadge(server.health)),
              h('td', {}, server.identity.known ? make(server.identity.value) : 'not known'),
              ...severityOrder.map((severity) =>
                h(
                  'td',
                  { class: `n ${server.counts[severity] > 0 ? severity : 'zero'}` },
                  String(server.counts[severity]),
                ),
              ),
              h(
                'td',
                { class: `n ${server.unknowns.length > 0 ? 'some' : 'zero'}` },
                String(server.unknowns.length),
              ),
            ),
          ),
      ),
    ),
    servers.length > 1000 ? p('left', `… and ${plural(servers.length - 1000, 'more server')}.`) : null,
  );

const failed = (failures: ShownAudit['failures']): VNode | null =>
  failures.length === 0
    ? null
    : h(
        'section',
        { class: 'failures' },
        h('h2', {}, 'Could not be audited'),
        ul(
          'plain',
          ...cut(failures, 200, 'target', ({ target, problem }) =>
            li('unknown', code('', target), ` ${problem}`),
          ),
        ),
      );

/** From the first day to the last that something was collected. */
function days(servers: readonly ShownServer[]): string {
  const all = [...new Set(servers.map(({ collectedAt }) => collectedAt.slice(0, 10)))].toSorted();
  return all.length < 2 ? (all[0] ?? '') : `${all[0]} to ${all.at(-1)}`;
}

export default defineReport({
  title: 'One HTML page, to send to somebody',
  mediaType: 'text/html',
  render(audit, options) {
    const servers = audit.servers.toSorted(compareServers);
    const [worst] = servers;
    const [head, rest] = headline({ ...audit, servers });
    const detailed = options.verbose ? servers : servers.slice(0, 100);
    const most = options.verbose ? Infinity : 200;
    const setting = servers.length === 1 ? 'alone' : servers.length > 4 ? 'folded' : 'open';
    const page = h(
      'html',
      { lang: 'en' },
      h(
        'head',
        {},
        h('meta', { charset: 'utf-8' }),
        h('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
        h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        h('meta', { name: 'referrer', content: 'no-referrer' }),
        h('meta', { name: 'robots', content: 'noindex' }),
        h('meta', { name: 'color-scheme', content: 'light dark' }),
        h('title', {}, `${head}: Keyward audit ${days(servers)}`.trim()),
        createElement('style', { dangerouslySetInnerHTML: { __html: style } }),
      ),
      h(
        'body',
        {},
        h(
          'header',
          { class: 'top' },
          span('brand', 'Keyward'),
          span(
            'date',
            `Audit of ${plural(servers.length, 'server')}${servers.length > 0 ? `, ${days(servers)}` : ''}`,
          ),
        ),
        h(
          'main',
          {},
          alarm(servers),
          h(
            'section',
            { class: `hero health-${worst?.health ?? 'unknown'}` },
            div(
              'say',
              worst && servers.length === 1 ? p('eyebrow', code('', worst.name)) : null,
              h('h1', {}, head),
              rest === '' ? null : p('rest', rest),
              worst
                ? p('sentence', servers.length > 1 ? [code('', worst.name), ': '] : null, verdict(worst))
                : null,
            ),
            first(servers),
          ),
          servers.length > 0 ? filters(servers) : null,
          servers.length > 1 ? overview(servers, detailed.length) : null,
          failed(audit.failures),
          ...detailed.map((server, index) => serverPart(server, index, explainer(options), most, setting)),
          servers.length > detailed.length
            ? p(
                'left',
                `… and ${plural(servers.length - detailed.length, 'more server')}, not shown in detail.`,
              )
            : null,
        ),
        h(
          'footer',
          {},
          p('', `Made by Keyward ${audit.version}. This page loads nothing and holds no password.`),
        ),
      ),
    );
    return `<!doctype html>\n${renderToString(page)}\n`;
  },
});
