import type { VNode } from 'preact';
import { capabilities, capabilityNames, type Exposure, type Fact } from '../../../model/index.ts';
import { canDo, entrance, exposureTable, type Group, type Row } from '../exposure-table.ts';
import { asWhom, capital, columns, isOpen, list, listSome, plural, turnedAway } from '../words.ts';
import { code, details, div, h, h3, p, span, spoken } from './parts.ts';

const marks = { certain: ['●', 'yes'], possible: ['○', 'possibly'], no: ['·', 'no'] } as const;

function cells(row: Row): VNode[] {
  const open = row.actors.some(isOpen) ? ' open' : '';
  return capabilityNames.map((can) => {
    const mark = row.marks[can];
    const [sign, word] = marks[mark];
    const by = row.by[can];
    const title = by ? `${capital(capabilities[can])}, ${word}: ${listSome(by, 12)}` : undefined;
    return h(
      'td',
      { class: `mark ${mark}${open}`, ...(title ? { title } : {}) },
      h('span', { 'aria-hidden': 'true' }, sign),
      spoken(word),
    );
  });
}

/** Each place with where it comes in. */
const place = ({ origins }: Group): VNode =>
  h(
    'th',
    { scope: 'colgroup', colspan: capabilityNames.length + 1, class: 'place' },
    ...origins
      .slice(0, 6)
      .flatMap((origin, index) => [
        index > 0 ? '; ' : '',
        index > 0 ? origin.label : capital(origin.label),
        span('at', ' at ', code('', entrance(origin))),
      ]),
    origins.length > 6 ? `; ${plural(origins.length - 6, 'more place')}` : null,
  );

const body = (group: Group): VNode =>
  h(
    'tbody',
    {},
    h('tr', {}, place(group)),
    group.refused === undefined
      ? null
      : h(
          'tr',
          {},
          h(
            'td',
            { colspan: capabilityNames.length + 1, class: 'refused' },
            capital(turnedAway(group.refused, group.refusedBy)),
          ),
        ),
    ...group.rows
      .slice(0, 100)
      .map((row) => h('tr', {}, h('th', { scope: 'row' }, asWhom(row.actors)), ...cells(row))),
  );

/** The same in words, for print, for touch, and for those who want to check it. */
const evidence = (groups: readonly Group[]): VNode =>
  details(
    'What makes each mark so',
    ...groups.slice(0, 30).map(({ origins, rows }) =>
      div(
        'why',
        p(
          '',
          h(
            'strong',
            {},
            capital(
              listSome(
                origins.map(({ label }) => label),
                6,
              ),
            ),
          ),
          ` (${listSome([...new Set(origins.flatMap(({ sources }) => sources))], 12)}): ${list([...new Set(origins.flatMap(({ because }) => because))].slice(0, 12))}`,
        ),
        ...rows
          .slice(0, 50)
          .map((row) =>
            h(
              'p',
              {},
              span('whom', asWhom(row.actors)),
              canDo(row).length === 0 ? ': nothing.' : ': ',
              ...canDo(row).flatMap((can, index, all) => [
                h('b', {}, columns[can]),
                ` ${row.marks[can] === 'possible' ? '(possible) ' : ''}by ${listSome(row.by[can] ?? [], 12)}${index < all.length - 1 ? '; ' : '.'}`,
              ]),
            ),
          ),
      ),
    ),
  );

const table = (groups: readonly Group[]): VNode =>
  div(
    'scroll',
    h(
      'table',
      { class: 'exposure' },
      h('caption', { class: 'spoken' }, 'From where, as whom, able to do what'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'From where, as whom'),
          ...capabilityNames.map((can) =>
            h('th', { scope: 'col', title: capital(capabilities[can]) }, h('span', {}, columns[can])),
          ),
        ),
      ),
      ...groups.slice(0, 30).map(body),
    ),
  );

const legend = (): VNode =>
  p(
    'legend',
    span('mark certain open', '●'),
    ' certain, for anybody ',
    span('mark certain', '●'),
    ' certain, with a password or certificate ',
    span('mark possible', '○'),
    ' possible ',
    span('mark no', '·'),
    ' no',
  );

/** From where × as whom × able to do what, with what makes it so. */
export function exposurePart(exposure: Fact<Exposure>): VNode {
  if (!exposure.known) {
    return div(
      'part',
      h3('', 'Who can do what'),
      p('unknown-box', h('strong', {}, 'Not known. '), exposure.detail),
    );
  }
  const groups = exposureTable(exposure.value);
  const { notCollected } = exposure.value;
  return div(
    'part',
    h3('', 'Who can do what'),
    groups.length === 0 ? p('', 'Nothing was found that can reach it.') : table(groups),
    groups.length === 0 ? null : legend(),
    notCollected.length === 0
      ? null
      : p('unknown-box', h('strong', {}, 'Not looked at, and may change this: '), `${list(notCollected)}.`),
    groups.length === 0 ? null : evidence(groups),
  );
}
