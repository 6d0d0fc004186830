import type { Plan } from '../../../model/index.ts';
import { commented, headLines } from '../parts/left-out.ts';
import { commentText } from '../parts/words.ts';
import { answerNames, type TunnelEnds } from './ends.ts';

/** What a reader sees first: what it is, how it is used, and who stays outside. */
export function scriptHead(
  plan: Plan,
  { leftOut }: Pick<TunnelEnds, 'leftOut'>,
  use: readonly string[],
): string {
  const why = 'a tunnel lies around a server, and changes nothing else of it';
  return `#!/bin/sh\n${commented([
    ...headLines(
      plan,
      plan.steps.map((step) => ({ step, why })),
    ),
    ...leftOut.map((line) => commentText(`not in this form: ${line}`)),
    ...use,
  ])}`;
}

/** What a tunnel needs first, and how the user says it. */
export function lackOf({ servers, clients }: TunnelEnds): string | undefined {
  if (servers.length === 0)
    return `No server of this plan has an address that others reach: plan with --set ${answerNames.server}=10.0.0.1`;
  return servers.length + clients.length < 2
    ? `No client was seen or named: plan with --set ${answerNames.clients}=10.0.0.5,10.0.0.6`
    : undefined;
}

/** A script that says why there is nothing to do is still one. */
export const nothingToDo = (why: string): string => `printf '%s\\n' '${why}' >&2\nexit 1\n`;

/** Names of functions of ours are given for each case: `case $1 in` and its branches. */
export const byHost = (
  name: string,
  branches: readonly (readonly [string, string])[],
  other: string,
): string =>
  `${name}() {\n  case $HERE in\n${branches.map(([host, text]) => `    ${host})\n${text}      ;;\n`).join('')}    *) ${other} ;;\n  esac\n}\n`;
