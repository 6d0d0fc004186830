/** `node bench/lynis/write-comparison.ts`: writes docs/comparison.md from a run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { severities } from '../../src/index.ts';
import { root } from '../built.ts';
import { compare, counterparts, type Comparison } from './compare.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

function together({ lynis, ours }: Comparison): string {
  const rows = Object.entries(counterparts).map(([test, check]) => {
    const found = lynis.findings.find((finding) => finding.test === test);
    const own = ours.find((finding) => finding.check === check);
    const theirs = found ? `${found.kind}: ${cell(found.says)}` : 'nothing';
    const said = own ? `${own.severity}: ${cell(own.title)} (\`${check}\`)` : `nothing (\`${check}\`)`;
    return `| ${test} | ${theirs} | ${said} |`;
  });
  return ['| test | lynis | Keyward |', '| --- | --- | --- |', ...rows].join('\n');
}

function alone({ ours }: Comparison): string {
  const shared = new Set(Object.values(counterparts));
  const more = ours.filter(({ check }) => !shared.has(check));
  return severities
    .toReversed()
    .flatMap((severity) => {
      const titles = more.filter((finding) => finding.severity === severity).map(({ title }) => title);
      return titles.length === 0 ? [] : [`- ${severity}: ${[...new Set(titles)].join('; ')}.`];
    })
    .join('\n');
}

const [weak, wellKept] = await compare();
if (!weak || !wellKept) throw new Error('nothing was compared');
const text = `# Beside lynis

Lynis ${weak.lynis.version} has five tests of Redis (DBS-1880 to DBS-1888). This page is written by
\`node bench/lynis/write-comparison.ts\`: both programs ran as root on one host, on the same real servers
(redis ${weak.version}) and the same files.

Lynis reads redis.conf line by line, and knows a server by the name of its process. Keyward asks the running server
too, so it sees what is in force, whoever set it; who may do what, from where; and users of ACL files.

## A server as installed

No password, no \`bind\`, a configuration file that everybody may read; protected mode is on, as it is by default.

${together(weak)}

Keyward weighs each finding by who gets there: with protected mode on, a default user without a password is open to
this host only. Lynis has one weight for all.

What only Keyward says of this server:

${alone(weak)}

## A well-kept server

Loopback only, the default user off, one user with small rights whose password is known by its hash alone, a
configuration file of mode 0600. What lynis says here is wrong: \`requirepass\` belongs to the default user, which is
off, and renaming CONFIG hides it from nobody who may not run it anyway.

${together(wellKept)}

What only Keyward says of this server. It was not given a password, and says what it could not see; the rest is about
the throw-away place that the server runs in:

${alone(wellKept)}
`;
writeFileSync(join(root, 'docs/comparison.md'), text);
