import { defineReport } from '../../define-report.ts';
import { compareServers } from '../order.ts';
import { isSign } from '../remedies.ts';
import { make, severityOrder } from '../words.ts';
import { code, plain, table } from './escape.ts';
import { cut, serverLines } from './server.ts';

export default defineReport({
  title: 'Markdown, for issues and wikis',
  extension: '.md',
  mediaType: 'text/markdown',
  render(audit, options) {
    const servers = audit.servers.toSorted(compareServers);
    const signs = servers.flatMap((server) =>
      server.findings.filter(isSign).map((finding) => ({ server, finding })),
    );
    const rows = cut(options, servers, 200, 'server', ({ name, health, identity, counts, unknowns }) => [
      table(
        [],
        [
          [
            code(name),
            health === 'sound' || health === 'weak' ? health : `**${health}**`,
            identity.known ? plain(make(identity.value)) : 'not known',
            ...severityOrder.map((severity) => String(counts[severity])),
            String(unknowns.length),
          ],
        ],
      )[2] ?? '',
    ]);
    const worth = servers.filter(
      ({ findings, unknowns }) =>
        servers.length === 1 || options.verbose || findings.length + unknowns.length > 0,
    );
    const lines = [
      '# Keyward audit',
      '',
      ...(signs.length > 0 && servers.length > 1
        ? [
            '**Signs of compromise:**',
            '',
            ...cut(options, signs, 50, 'sign', ({ server, finding }) => [
              `- ${code(server.name)}: ${plain(finding.title)}`,
            ]),
            '',
          ]
        : []),
      ...(servers.length + audit.failures.length === 0
        ? ['Nothing was audited: no server was named and none was found.', '']
        : []),
      ...(servers.length > 0
        ? [...table(['Server', 'Verdict', 'Product', ...severityOrder, 'unknown'], []), ...rows, '']
        : []),
      ...(audit.failures.length > 0
        ? [
            '## Could not be audited',
            '',
            ...cut(options, audit.failures, 50, 'target', ({ target, problem }) => [
              `- ${code(target)}: ${plain(problem)}`,
            ]),
            '',
          ]
        : []),
      ...cut(options, worth, 50, 'server to look at', (server) => serverLines(server, options)),
      `Made by Keyward ${plain(audit.version)}.`,
    ];
    return `${lines.join('\n')}\n`;
  },
});
