import type { VNode } from 'preact';
import type { ShownServer } from '../shown.ts';
import { isSign } from '../remedies.ts';
import { countWords, sentence, who } from '../words.ts';
import { exposurePart } from './exposure.ts';
import { appendixPart, findingsPart, toDoPart, unknownPart, type Explain } from './findings.ts';
import { div, facts, h, healthBadge, li, p, span, ul } from './parts.ts';

export const verdict = ({ exposure }: ShownServer): string =>
  exposure.known
    ? sentence(exposure.value)
    : `Who can reach it, and what they can do there, is not known: ${exposure.detail}.`;

const about = ({ identity, seenBy, collectedAt }: ShownServer): VNode =>
  facts([
    ['Server', identity.known ? who(identity.value) : span('unknown', `not known: ${identity.detail}`)],
    ...(identity.known && identity.value.doubts.length > 0
      ? [['Doubts', ul('', ...identity.value.doubts.slice(0, 10).map((doubt) => li('', doubt)))] as const]
      : []),
    [
      'Seen',
      [
        h('time', { datetime: collectedAt }, collectedAt.replace('T', ' ').replace('Z', ' UTC')),
        `, ${seenBy}`,
      ],
    ],
  ]);

/** How a server is shown: alone (the head of the page has said its verdict), beside others, or folded away. */
export type Setting = 'alone' | 'open' | 'folded';

/** Everything about one server. */
export function serverPart(
  server: ShownServer,
  index: number,
  explain: Explain,
  most: number,
  setting: Setting,
): VNode {
  const signs = server.findings.filter(isSign);
  const faults = server.findings.filter((finding) => !isSign(finding));
  const parts = [
    findingsPart('Signs of compromise', server, signs, explain, most),
    setting === 'alone' ? null : div(`verdict health-${server.health}`, p('', verdict(server))),
    about(server),
    exposurePart(server.exposure),
    findingsPart(signs.length > 0 ? 'Other findings' : 'Findings', server, faults, explain, most),
    toDoPart(server, most),
    unknownPart(server, most),
    appendixPart(server, most),
  ];
  const title = h(
    'h2',
    { id: `server-${index + 1}` },
    span('name', server.name),
    ' ',
    healthBadge(server.health),
  );
  return h(
    'section',
    { class: 'server', 'aria-labelledby': `server-${index + 1}` },
    ...(setting === 'folded'
      ? [
          h(
            'details',
            { class: 'fold' },
            h(
              'summary',
              {},
              title,
              span('counts', `${countWords(server.counts)}, ${server.unknowns.length} unknown`),
            ),
            ...parts,
          ),
        ]
      : [title, ...parts]),
  );
}
