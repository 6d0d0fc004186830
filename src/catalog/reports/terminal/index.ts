import { ascii, clip, pad, padStart, width } from '../../../lang/text/index.ts';
import { defineReport } from '../../define-report.ts';
import { compareServers } from '../order.ts';
import { isSign } from '../remedies.ts';
import { rewrite, type ShownAudit, type ShownServer } from '../shown.ts';
import { healthOrder, make, plural } from '../words.ts';
import { healthColors } from './ink.ts';
import { hang, heading, more, pageOf, some, type Page } from './page.ts';
import { serverLines } from './server.ts';

function summaryLine(
  page: Page,
  { name, health, identity, counts, unknowns }: ShownServer,
  nameRoom: number,
): string {
  const { paint, columns } = page;
  const numbers = [counts.critical, counts.high, counts.medium, counts.low, unknowns.length]
    .map((count) => padStart(count === 0 ? page.signs.no : String(count), 5))
    .join('');
  const lead = `${pad(name, nameRoom)} ${pad(health.toUpperCase(), 11)}${numbers}`;
  const about = identity.known ? make(identity.value) : 'unknown';
  const room = columns - width(lead) - 2;
  const tail = room >= 8 ? `  ${clip(about, room, page.signs.ellipsis)}` : '';
  return `${pad(name, nameRoom)} ${paint(pad(health.toUpperCase(), 11), ...healthColors[health])}${numbers}${tail}`;
}

/** One line a server, the worst first. */
function summary(page: Page, servers: readonly ShownServer[]): string[] {
  const { shown, left } = some(page, servers, 50);
  const room = Math.max(1, Math.min(page.columns - 37, Math.max(...shown.map(({ name }) => width(name)))));
  const rows = shown.map((server) =>
    summaryLine(page, { ...server, name: clip(server.name, room, page.signs.ellipsis) }, room),
  );
  const head = `${pad('', room)} ${pad('', 11)}${['crit', 'high', 'med', 'low', '?'].map((word) => padStart(word, 5)).join('')}`;
  const tallies = healthOrder
    .map((health) => ({ health, count: servers.filter((server) => server.health === health).length }))
    .filter(({ count }) => count > 0);
  return [
    ...hang(
      page,
      '',
      `${plural(servers.length, 'server')}: ${tallies.map(({ health, count }) => `${count} ${health}`).join(', ')}`,
      [],
      ['bold'],
    ),
    page.paint(head.trimEnd(), 'dim'),
    ...rows,
    ...more(page, left, 'server', 0),
    '',
  ];
}

/** Signs of an intruder, of all servers, before anything else is said. */
function alarm(page: Page, servers: readonly ShownServer[]): string[] {
  const signs = servers.flatMap((server) =>
    server.findings.filter(isSign).map((finding) => ({ name: server.name, finding })),
  );
  if (signs.length === 0 || servers.length < 2) return [];
  const { shown, left } = some(page, signs, 20);
  return [
    heading(page, 'SIGNS OF COMPROMISE'),
    ...shown.flatMap(({ name, finding }) => hang(page, '  ! ', `${name}: ${finding.title}`, ['bold', 'red'])),
    ...more(page, left, 'sign'),
    '',
  ];
}

const failures = (page: Page, failed: ShownAudit['failures']): string[] => {
  if (failed.length === 0) return [];
  const { shown, left } = some(page, failed, 20);
  return [
    heading(page, 'COULD NOT BE AUDITED'),
    ...shown.flatMap(({ target, problem }) =>
      hang(page, `  ${page.signs.unknown} `, `${target}: ${problem}`, ['magenta']),
    ),
    ...more(page, left, 'target'),
    '',
  ];
};

function next(page: Page, servers: readonly ShownServer[]): string[] {
  const first =
    servers.flatMap(({ findings }) => findings)[0] ?? servers.flatMap(({ unknowns }) => unknowns)[0];
  const lines = [
    ...(first ? [[`keyward explain ${first.check}`, 'why it matters, with examples']] : []),
    ['--format html -o report.html', 'the same as one page to pass on'],
  ];
  return lines.flatMap(([command = '', what = '']) =>
    hang(page, `  ${pad(command, 40)} `.slice(0, page.columns - 12), what, ['cyan'], ['dim']),
  );
}

export default defineReport({
  title: 'For people, in a terminal',
  extension: '.txt',
  mediaType: 'text/plain',
  render(whole, options) {
    const page = pageOf(options);
    const audit = options.ascii ? rewrite(whole, ascii) : whole;
    const servers = audit.servers.toSorted(compareServers);
    const worth =
      servers.length === 1
        ? servers
        : servers.filter(({ findings, unknowns }) => page.verbose || findings.length + unknowns.length > 0);
    const { shown, left } = some(page, worth, 20);
    const lines = [
      ...alarm(page, servers),
      ...(servers.length > 1 ? summary(page, servers) : []),
      ...failures(page, audit.failures),
      ...shown.flatMap((server) => [...serverLines(page, server), '']),
      ...more(page, left, 'server to look at', 0),
      ...(servers.length + audit.failures.length === 0
        ? ['Nothing was audited: no server was named and none was found.', '']
        : []),
      ...(servers.length > 0 ? next(page, servers) : []),
    ];
    return `${lines.join('\n').trimEnd()}\n`;
  },
});
