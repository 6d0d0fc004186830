import { renamesAway } from '../../../engine/renamed-away.ts';
import type { Claim, Plan } from '../../../model/index.ts';

/** What a plan promised, each claim once, the latest word on a thing last: later steps may take back earlier ones. */
export function promisesOf({ steps }: Plan): readonly Claim[] {
  const seen = new Map<string, Claim>();
  for (const { proves } of steps)
    for (const claim of proves)
      // What is about the moments after a change cannot be tried again.
      if (claim.claim !== 'no-refused-login') seen.set(subjectOf(claim), claim);
  // In the end nobody can be asked for a setting there: what the file says is promised beside it.
  const mute = new Set(
    steps.filter(({ does }) => does.some((action) => renamesAway(action, 'config'))).map(({ node }) => node),
  );
  return [...seen.values()].filter(({ claim, node }) => claim !== 'setting' || !mute.has(node));
}

/** What a claim is about, without what it says of it. */
function subjectOf(claim: Claim): string {
  const about: Record<string, unknown> = { ...claim };
  // A directive of its own for each class of clients, for each command.
  const parts =
    'name' in claim && (claim.name === 'client-output-buffer-limit' || claim.name === 'rename-command');
  for (const said of [
    'accepted',
    'permitted',
    'open',
    'value',
    'exists',
    'required',
    'words',
    'are',
  ] as const)
    if (!(said === 'words' && claim.claim === 'command') && !(said === 'value' && parts)) delete about[said];
  return JSON.stringify(about);
}
