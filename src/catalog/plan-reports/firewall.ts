import { joinHostPort } from '../../lang/address/index.ts';
import {
  reaches,
  type FirewallDrift,
  type FirewallReport,
  type FirewallTable,
  type Origin,
} from '../../model/index.ts';
import type { ReportOptions } from '../define-report.ts';
import { harmless } from '../reports/shown.ts';
import { hang, heading, more, pageOf, some, type Page } from '../reports/terminal/page.ts';
import { capital, list, turnedAway } from '../reports/words.ts';

const viaOf = ({ via }: Origin): string => ('port' in via ? joinHostPort(via.address, via.port) : via.path);

/** What decides, without where the server listens, which stands in the row already. */
const deciding = ({ because }: Origin): readonly string[] =>
  because.filter((text) => !text.startsWith('listens on '));

/** In a report about packet filters a rule needs no word before it. */
const refusal = ({ refusedBy }: Origin, why: string): string =>
  refusedBy === 'firewall' ? `refused by ${why.replace(/^the firewall: /, '')}` : turnedAway(why);

function row(page: Page, origin: Origin): readonly string[] {
  const { signs } = page;
  const { refused, certainty, label } = origin;
  const where = `${capital(label)} ${signs.arrow} ${viaOf(origin)}`;
  if (refused !== undefined)
    return [
      ...hang(page, `  ${signs.no} `, where, ['dim'], ['dim']),
      ...hang(page, '      ', refusal(origin, refused), [], ['dim']),
    ];
  const sure = certainty === 'certain';
  const mark = sure ? signs.certain : signs.possible;
  return [
    ...hang(page, `  ${mark} `, where, sure ? ['red'] : ['yellow'], ['bold']),
    ...deciding(origin).flatMap((text) => hang(page, '      ', text)),
  ];
}

function rows(page: Page, origins: readonly Origin[]): readonly string[] {
  const sorted = origins.toSorted(
    (a, b) =>
      Number(a.refused !== undefined) - Number(b.refused !== undefined) ||
      reaches.indexOf(a.reach) - reaches.indexOf(b.reach),
  );
  const { shown, left } = some(page, sorted, 40);
  return [...shown.flatMap((origin) => row(page, origin)), ...more(page, left, 'row')];
}

function drift(
  page: Page,
  { changes, unsaved, unloaded, savedIn, managers }: FirewallDrift,
): readonly string[] {
  const { signs } = page;
  const files = savedIn.length > 0 ? list(savedIn) : 'no file that is loaded at boot';
  const lines = [
    ...changes.flatMap(({ change, who, address, port }) =>
      hang(
        page,
        `  ${change === 'opens' ? signs.certain : signs.no} `,
        `a restart ${change} ${joinHostPort(address, port)} ${change === 'opens' ? 'to' : 'for'} ${who}`,
        change === 'opens' ? ['red'] : ['yellow'],
      ),
    ),
    ...unsaved.flatMap((rule) => hang(page, `  ${signs.dash} `, `only in the kernel: ${rule}`)),
    ...unloaded.flatMap((rule) => hang(page, `  ${signs.dash} `, `only in a file: ${rule}`)),
  ];
  return [
    ...hang(page, '  ', `Saved: ${files}.`, [], ['dim']),
    ...(managers.length > 0
      ? hang(
          page,
          '  ',
          `${capital(list(managers))} writes rules of its own at boot: who gets in after it is not worked out.`,
          [],
          ['magenta'],
        )
      : []),
    ...(lines.length > 0 ? lines : ['  A restart changes nothing about its ports.']),
  ];
}

function server(page: Page, table: FirewallTable, { asked, source }: FirewallReport): readonly string[] {
  const { target, origins, notCollected, unknown, problems } = table;
  const nobody =
    asked === 'why'
      ? `Nothing leads from ${source ?? 'there'} to a port of this server: it is on none of its networks, or listens for nobody there.`
      : 'Nothing was found that can reach it.';
  return [
    heading(page, target),
    ...(unknown === undefined
      ? []
      : hang(page, `  ${page.signs.unknown} `, `No rules were read: ${unknown}.`, ['magenta'])),
    ...problems.flatMap((text) => hang(page, `  ${page.signs.unknown} `, text, ['magenta'])),
    ...(asked === 'diff'
      ? table.drift
        ? drift(page, table.drift)
        : []
      : origins.length > 0
        ? rows(page, origins)
        : unknown === undefined
          ? hang(page, '  ', nobody)
          : []),
    ...(asked !== 'diff' && notCollected.length > 0
      ? hang(page, '  ', `Not looked at, and may change this: ${list(notCollected)}.`, [], ['magenta'])
      : []),
    '',
  ];
}

/**
 * Who gets through, by which rule; of which source it was asked; or what a restart changes.
 *
 * @example renderFirewall(await showFirewall([]), { color: false, width: 80 })
 */
export function renderFirewall(report: FirewallReport, options: ReportOptions): string {
  const page = pageOf(options);
  const { signs } = page;
  const lines = report.servers.flatMap((table) => server(page, harmless(table), report));
  const legend =
    report.asked === 'diff' || report.servers.length === 0
      ? []
      : [`  ${signs.certain} gets through   ${signs.possible} depends   ${signs.no} refused`];
  return `${[...lines, ...legend].join('\n')}\n`;
}
