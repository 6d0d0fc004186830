/** Changes to what people really have: none throws, and whatever is proved is asked once more by other words. */
import { describe, expect, it } from 'vitest';
import { parseAws } from '../../../src/catalog/firewalls/aws/index.ts';
import { parseAzure } from '../../../src/catalog/firewalls/azure/index.ts';
import {
  changeCloud,
  type CloudName,
  type CloudWish,
  printChange,
} from '../../../src/catalog/firewalls/cloud-change/index.ts';
import type { SubjectRules } from '../../../src/catalog/firewalls/cloud-shared/index.ts';
import { hasCorpus, namesOf, textOf } from './clouds-corpus.ts';
import { reaches } from './clouds-reach.ts';

const deep = process.env['KEYWARD_DEEP'] !== undefined;
const modes = deep ? (['only', 'allow', 'deny'] as const) : (['only'] as const);
const most = deep ? 20 : 1;

const ownersOf = (cloud: CloudName, text: string): readonly (string | undefined)[] => {
  const pattern = cloud === 'aws' ? /"GroupId": *"(sg-[^"]+)"/g : /"network": *"[^"]*\/([^"/]+)"/g;
  const found =
    cloud === 'aws' || cloud === 'gcp' ? [...text.matchAll(pattern)].map((match) => match[1]) : [];
  return found.length === 0 ? [undefined] : [...new Set(found)].slice(0, most);
};

/** Read anew, with other knowledge than the proof has. */
function ruleSetOf(cloud: CloudName, objects: unknown, owner: string): SubjectRules | undefined {
  const text = JSON.stringify(objects);
  const reading =
    cloud === 'aws' ? parseAws([{ text }]) : parseAzure([{ text }], { networks: ['172.16.0.0/12'] });
  return reading.ruleSets.find(({ subject }) => subject.id === owner);
}

/** Without a pod to look at, nothing is proved about labels. */
const redis = {
  text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: keyward-r, labels: {app: redis}}\n',
};

describe.skipIf(!hasCorpus)('changes to documents of the corpus', () => {
  it.each([
    ['aws', 'aws-sg', /\.json$/, 0.9],
    ['azure', 'azure-nsg', /\.json$/, 0.2],
    ['gcp', 'gcp-firewall', /\.json$/, 0.5],
    ['kubernetes', 'k8s-networkpolicy', /\.yaml$/, 0.75],
  ] as const)('of %s', (cloud, set, pattern, least) => {
    let [proved, refused] = [0, 0];
    for (const file of namesOf(set, pattern).filter((_, place) => deep || place % 3 === 0)) {
      const text = textOf(set, file);
      for (const owner of ownersOf(cloud, text))
        for (const mode of modes) {
          const wish: CloudWish = {
            mode,
            ports: [[6379, 6379]],
            sources: ['10.0.0.0/8'],
            ...(owner === undefined ? {} : { owner }),
            ...(cloud === 'kubernetes' ? { target: ['app=redis'], owner: 'default' } : {}),
          };
          const change = changeCloud(
            cloud,
            [{ text, file }, ...(cloud === 'kubernetes' ? [redis] : [])],
            wish,
          );
          if ('refused' in change) {
            refused++;
            continue;
          }
          proved++;
          expect(printChange(change, 'json')).toHaveProperty('text');
          if (mode !== 'only' || (cloud !== 'aws' && cloud !== 'azure')) continue;
          const after = ruleSetOf(cloud, change.wanted, change.owner);
          expect([file, after && reaches([after], '10.1.2.3'), after && reaches([after], '8.8.8.8')]).toEqual(
            [file, 'certain', 'no'],
          );
        }
    }
    console.log(`${set}: ${proved} changes proved, ${refused} refused`);
    expect(proved / (proved + refused)).toBeGreaterThan(least);
  });
});
