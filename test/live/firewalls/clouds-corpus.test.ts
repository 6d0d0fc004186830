import { describe, expect, it } from 'vitest';
import { parseAws } from '../../../src/catalog/firewalls/aws/index.ts';
import { parseAzure } from '../../../src/catalog/firewalls/azure/index.ts';
import { parseGcp } from '../../../src/catalog/firewalls/gcp/index.ts';
import type { CloudDocument, CloudReading } from '../../../src/catalog/firewalls/cloud-shared/index.ts';
import { parseCompose } from '../../../src/catalog/firewalls/docker-compose/index.ts';
import { parseKubernetes } from '../../../src/catalog/firewalls/kubernetes/index.ts';
import { parseTerraform } from '../../../src/catalog/firewalls/terraform/index.ts';
import { depends, hasCorpus, measure, namesOf, opaqueWords, textOf } from './clouds-corpus.ts';

const networks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** Share of matches understood, and of rule sets that depend on what they say themselves. */
function read(
  set: string,
  pattern: RegExp,
  parse: (documents: readonly CloudDocument[]) => CloudReading,
): { understood: number; open: number } {
  let [all, unread, outside, ruleSets, open, openOutside, fatal] = [0, 0, 0, 0, 0, 0, 0];
  const names = namesOf(set, pattern);
  for (const file of names) {
    const reading = parse([{ text: textOf(set, file), file }]);
    const wrong = reading.problems.filter((problem) => problem.fatal);
    if (wrong.length > 0) fatal++;
    for (const ruleSet of reading.ruleSets) {
      const count = measure([ruleSet]);
      all += count.all;
      unread += count.unread;
      outside += count.outside;
      ruleSets++;
      if (!depends(ruleSet)) continue;
      if (count.outside > 0) openOutside++;
      else open++;
      if (process.env['KEYWARD_SHOW'] && count.unread > 0)
        console.log(
          file,
          ruleSet.subject.id,
          count,
          JSON.stringify(opaqueWords([ruleSet]).words).slice(0, 300),
        );
    }
    if (process.env['KEYWARD_SHOW'] && wrong.length > 0) console.log(file, wrong.slice(0, 3));
  }
  const understood = all === 0 ? 1 : (all - unread) / all;
  console.log(
    `${set}: ${names.length} files, ${ruleSets} rule sets, ${all} matches, ${(100 * understood).toFixed(2)} % understood ` +
      `(${outside} need what is outside the document), rule sets with depends: ${open}, and ${openOutside} for what is outside; ` +
      `${fatal} files with fatal problems`,
  );
  return { understood, open: open / Math.max(1, ruleSets) };
}

const expectRead = ({ understood, open }: ReturnType<typeof read>): void => {
  expect(understood).toBeGreaterThan(0.95);
  expect(open).toBeLessThan(0.05);
};

describe.skipIf(!hasCorpus)('clouds of the corpus', () => {
  it('security groups of AWS', () => {
    expectRead(read('aws-sg', /\.json$/, (documents) => parseAws(documents, { networks })));
  });
  it('network security groups of Azure', () => {
    expectRead(read('azure-nsg', /\.json$/, (documents) => parseAzure(documents, { networks })));
  });
  it('firewall rules of GCP', () => {
    expectRead(
      read('gcp-firewall', /\.json$/, (documents) =>
        parseGcp(documents, { networks, instance: { tags: [], serviceAccounts: [] } }),
      ),
    );
  });
  it('network policies of Kubernetes', () => {
    expectRead(read('k8s-networkpolicy', /\.yaml$/, (documents) => parseKubernetes(documents, { networks })));
  });
  it('compose files', () => {
    expectRead(read('docker-compose', /\.yml$/, (documents) => parseCompose(documents)));
  });
  it('Terraform, as files, plans and states', () => {
    expectRead(
      read('terraform', /\.(tf|json)$/, (documents) =>
        parseTerraform(documents, { networks, instance: { tags: [] } }),
      ),
    );
  });
});
