import { pad, width, wrap } from '../../../lang/text/index.ts';
import { capabilityNames, type Exposure, type Fact } from '../../../model/index.ts';
import { canDo, exposureTable, places, type Row } from '../exposure-table.ts';
import { asWhom, columns, isOpen, list, turnedAway } from '../words.ts';
import type { Color } from './ink.ts';
import { hang, heading, more, some, type Page } from './page.ts';

const gap = ' ';
const marksWidth = capabilityNames.reduce((sum, can) => sum + columns[can].length + gap.length, 0);
/** Spaces left and right of a mark under its word. */
const around = (room: number): readonly [string, string] => [
  ' '.repeat(Math.floor((room - 1) / 2)),
  ' '.repeat(Math.ceil((room - 1) / 2)),
];

function markedRow(page: Page, row: Row, room: number): string[] {
  const { paint, signs } = page;
  const open = row.actors.some(isOpen);
  const marks = capabilityNames.map((can, index) => {
    const mark = row.marks[can];
    const colors: readonly Color[] =
      mark === 'no' ? ['dim'] : mark === 'possible' ? ['yellow'] : open ? ['bold', 'red'] : [];
    const [before, after] = around(columns[can].length);
    return before + paint(signs[mark], ...colors) + (index === capabilityNames.length - 1 ? '' : after);
  });
  const [first = '', ...rest] = wrap(asWhom(row.actors), room - 4);
  return [`  ${pad(first, room - 2)}${gap}${marks.join(gap)}`, ...rest.map((line) => `    ${line}`)];
}

/** Where there is no room for nine columns: a sentence a row. */
function spelledRow(page: Page, row: Row): string[] {
  const can = canDo(row);
  const words = can.map((one) => columns[one] + (row.marks[one] === 'possible' ? page.signs.possible : ''));
  return hang(
    page,
    `  ${page.signs.dash} `,
    `${asWhom(row.actors)}: ${words.length > 0 ? words.join(', ') : 'nothing'}`,
  );
}

function known(page: Page, exposure: Exposure): string[] {
  const { paint, signs } = page;
  const groups = exposureTable(exposure);
  if (groups.length === 0) return ['  Nothing was found that can reach it.'];
  const labels = groups.flatMap(({ rows }) => rows.map(({ actors }) => width(asWhom(actors))));
  const room = Math.min(page.columns - marksWidth, Math.max(20, ...labels) + 4);
  const narrow = room < 20;
  const { shown, left } = some(page, groups, 12);
  const lines = shown.flatMap((group) => {
    const rows = some(page, group.rows, 20);
    return [
      ...hang(page, '', places(group)),
      ...(group.refused === undefined
        ? []
        : hang(page, `  ${page.signs.dash} `, turnedAway(group.refused, group.refusedBy), [], ['dim'])),
      ...rows.shown.flatMap((row) => (narrow ? spelledRow(page, row) : markedRow(page, row, room))),
      ...more(page, rows.left, 'row'),
    ];
  });
  const legend = `${signs.certain} certain   ${signs.possible} possible   ${signs.no} no`;
  return [
    ...(narrow
      ? []
      : [paint(`${' '.repeat(room)}${gap}${capabilityNames.map((can) => columns[can]).join(gap)}`, 'dim')]),
    ...lines,
    ...more(page, left, 'place'),
    paint(narrow ? `  ${signs.possible} after a word: possible` : `  ${legend}`, 'dim'),
  ];
}

/** From where × as whom × able to do what. */
export function exposureLines(page: Page, exposure: Fact<Exposure>): string[] {
  const title = heading(page, 'WHO CAN DO WHAT');
  if (!exposure.known) {
    return [title, ...hang(page, `  ${page.signs.unknown} `, `Not known: ${exposure.detail}`, ['magenta'])];
  }
  const { notCollected } = exposure.value;
  return [
    title,
    ...known(page, exposure.value),
    ...(notCollected.length > 0
      ? hang(page, '  ', `Not looked at, and may change this: ${list(notCollected)}.`, [], ['magenta'])
      : []),
  ];
}
