import { quoteWord, quoteWords } from '../../../../lang/quote/index.ts';
import { printable, replaceUnsafe } from '../../../../lang/text/index.ts';
import type { Fields } from '../../cloud-shared/index.ts';
import { wayBack } from '../change.ts';
import type { CloudChange, CloudName, CloudStep } from '../step.ts';
import { awsCommand, azCommand, gcloudCommand, kubectlCommand } from './commands.ts';
import { resourceGroupOf, terraformOf } from './terraform.ts';

export type CloudForm = 'terraform' | 'aws-cli' | 'az' | 'gcloud' | 'kubectl' | 'json';

/** The command line of each cloud. */
export const ownForm: Readonly<Record<CloudName, CloudForm>> = {
  aws: 'aws-cli',
  azure: 'az',
  gcp: 'gcloud',
  kubernetes: 'kubectl',
};

type Proved = Extract<CloudChange, { readonly steps: unknown }>;
export type Printed = { readonly text: string } | { readonly problem: string };

/**
 * A change in words that the tools of its cloud take. Whoever runs it does so without us: the way back is printed with
 * it, as a comment.
 */
export function printChange(change: Proved, form: CloudForm): Printed {
  if (form === 'json') return { text: jsonOf(change) };
  // Neither a shell nor HCL can carry these.
  const raw = JSON.stringify([change.steps, change.objects, change.wanted]);
  if (/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(raw))
    return { problem: `a text in it has a NUL or half a character, which ${form} cannot carry: write json` };
  const printed = inWords(change, form);
  if ('problem' in printed) return printed;
  const odd = printed.text.split('\n').find((line) => replaceUnsafe(line, () => '') !== line);
  return odd === undefined
    ? printed
    : {
        problem: `a text in it has characters that act or are not seen, and would forge what you read: ${printable(odd, 200)}; write json`,
      };
}

/** All that acts, or is not seen, by its number. */
const jsonOf = ({ cloud, owner, wish, steps, notes }: Proved): string => {
  const back = wayBack(steps);
  const text = JSON.stringify(
    { schema: 'keyward.cloud-change/1', cloud, owner, wish, notes, steps, back },
    null,
    2,
  );
  const escaped = text.split('\n').map((line) =>
    replaceUnsafe(line, (found) =>
      Array.from({ length: found.length }, (_, at) => found.charCodeAt(at))
        .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
        .join(''),
    ),
  );
  return `${escaped.join('\n')}\n`;
};

function inWords(change: Proved, form: Exclude<CloudForm, 'json'>): Printed {
  const back = wayBack(change.steps);
  if (form !== 'terraform' && form !== ownForm[change.cloud])
    return {
      problem: `${form} does not know ${change.cloud}: write ${ownForm[change.cloud]}, terraform or json`,
    };
  if (change.steps.length === 0) return { text: '# Nothing to do: it is so already.\n' };
  const head = change.notes.map((note) => `# Note: ${printable(note)}`);
  if (form === 'terraform') {
    const there = terraformOf(change.steps, change.wanted);
    const home = terraformOf(back, change.objects);
    if ('problem' in there) return there;
    const words = 'text' in home ? home.text : '';
    return {
      text: `${[...head, there.text].join('\n')}\n${commented(['The way back:', '', words.trimEnd()].join('\n'))}`,
    };
  }
  const prelude =
    form === 'az' && resourceGroupOf(change.objects[0]) === undefined
      ? [': "${RESOURCE_GROUP:?the documents do not say which resource group it is}"']
      : [];
  const lines = (steps: readonly CloudStep[], isBack: boolean): readonly string[] =>
    steps.flatMap((step) => [`# ${printable(step.why)}`, command(step, form, change.objects, isBack)]);
  return {
    text: `${['#!/bin/sh', 'set -eu', ...head, ...prelude, ...lines(change.steps, false)].join('\n')}\n\n${commented(
      ['The way back:', ...lines(back, true).filter((line) => !line.startsWith('# '))].join('\n'),
    )}`,
  };
}

const commented = (text: string): string =>
  `${text
    .split('\n')
    .map((line) => (line === '' ? '#' : `# ${line}`))
    .join('\n')}\n`;

function command(step: CloudStep, form: CloudForm, objects: readonly Fields[], isBack: boolean): string {
  switch (form) {
    case 'az': {
      const group = resourceGroupOf(objects[0]);
      const words = azCommand(step, group ?? '');
      // Not known from the documents: the shell fills it in.
      return words
        .map((word, at) =>
          group === undefined && words[at - 1] === '--resource-group' ? '"$RESOURCE_GROUP"' : quoteWord(word),
        )
        .join(' ');
    }
    case 'gcloud':
      return quoteWords(gcloudCommand(step));
    case 'kubectl':
      return kubectlCommand(step, isBack);
    default:
      return quoteWords(awsCommand(step));
  }
}
