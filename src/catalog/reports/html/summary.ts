import type { VNode } from 'preact';
import type { Severity } from '../../../model/index.ts';
import { isSign, remedies } from '../remedies.ts';
import type { ShownAudit, ShownServer } from '../shown.ts';
import { healthOrder, list, make, plural, severityOrder } from '../words.ts';
import { code, cut, div, h, healthBadge, healthWords, li, ol, p, prose, span, ul } from './parts.ts';

const total = (servers: readonly ShownServer[], severity: Severity): number =>
  servers.reduce((sum, { counts }) => sum + counts[severity], 0);

/** What a person who reads no further should have read; then the rest of it. */
export function headline({ servers, failures }: ShownAudit): readonly [string, string] {
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
export const filters = (servers: readonly ShownServer[]): VNode =>
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
export function alarm(servers: readonly ShownServer[]): VNode | null {
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
export function first(servers: readonly ShownServer[]): VNode | null {
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

/** All servers, one row each. */
export const overview = (servers: readonly ShownServer[], shown: number): VNode =>
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

/** Targets that gave nothing: said at the top, since silence looks like safety. */
export const failed = (failures: ShownAudit['failures']): VNode | null =>
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
