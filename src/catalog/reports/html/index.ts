import { createElement } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { defineReport } from '../../define-report.ts';
import { explainer } from '../explain.ts';
import { compareServers } from '../order.ts';
import type { ShownServer } from '../shown.ts';
import { plural } from '../words.ts';
import { code, div, h, p, span } from './parts.ts';
import { serverPart, verdict } from './server.ts';
import { style } from './style.ts';
import { alarm, failed, filters, first, headline, overview } from './summary.ts';

/** Nothing is loaded, run, sent or framed: the page is text and its style. Links leave no trace of where it lies. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** From the first day to the last that something was collected. */
function days(servers: readonly ShownServer[]): string {
  const all = [...new Set(servers.map(({ collectedAt }) => collectedAt.slice(0, 10)))].toSorted();
  return all.length < 2 ? (all[0] ?? '') : `${all[0]} to ${all.at(-1)}`;
}

export default defineReport({
  title: 'One HTML page, to send to somebody',
  extension: '.html',
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
