import type { Tally } from './tally.ts';

/** Why a census may be incomplete, in words. */
export function doubtsOf(tally: Tally): readonly string[] {
  const { looks, why, came, received, usersTold, coarseness, groups, used } = tally;
  if (looks === 0) return [`Nobody could be seen (${why ?? 'nothing was asked'})`];
  const missed = received === undefined ? 0 : received.last - received.first - came;
  const untold = tally.unknown + tally.arriving.size;
  return [
    why !== undefined && `The look ended early (${why})`,
    looks === 1 && onlyOneLook(received?.last),
    looks > 1 &&
      received === undefined &&
      'Whether others came and went between the looks is not known: the server does not count connections for us',
    missed > 0 &&
      `${several(missed, 'connection')} came and went between the looks: short-lived clients use this server, and who they are is not known`,
    untold > 0 && `${several(untold, 'connection')} had only just arrived: who they are is not known`,
    !usersTold &&
      groups.size > 0 &&
      'This server does not tell as whom its clients are logged in (before 6.0 there are no users)',
    used !== undefined &&
      'INFO, CLIENT LIST, CONFIG GET and what else Keyward sends itself is left out of the commands in use: whether others send it too is not known',
    used?.seconds === 0 &&
      'For how long the server has counted its commands is not known: it has only just started, or somebody reset its statistics',
    coarseness > 0 &&
      'Clients are too many and too different to be listed one by one: alike ones stand together',
  ].filter((doubt) => doubt !== false);
}

const several = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function onlyOneLook(received: number | undefined): string {
  const ever =
    received === undefined
      ? ''
      : ` (of ${several(received, 'connection')} since the server started to count)`;
  return `One look sees only who is connected at that moment${ever}: look longer to see those who come and go`;
}
