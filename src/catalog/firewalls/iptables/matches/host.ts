/** What the host knows of itself: who opened a socket, and where its answers go. */
import type { Match, PortRange } from '../../../../lang/packets/index.ts';
import { type Given, type MatchModule, opaque, options, wordsAgain } from '../extension.ts';
import { undecidedModules } from './undecided.ts';

const optionsOf = (module: string): MatchModule['options'] =>
  undecidedModules[module]?.options ?? options('');

/** A number or a range of them; names are of the host, but for root's. */
function idsOf(text: string): readonly PortRange[] | undefined {
  const [, from, to = from] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(text === 'root' ? '0' : text) ?? [];
  return from === undefined ? undefined : [[Number(from), Number(to)]];
}

const everyId: readonly PortRange[] = [[0, 0xffff_ffff]];

function ownerMatch({ option, values: [text = ''], not }: Given): Match | undefined {
  const ids = option === 'socket-exists' ? everyId : idsOf(text);
  if (ids === undefined || !['uid-owner', 'gid-owner', 'socket-exists'].includes(option)) return undefined;
  const of = option === 'gid-owner' ? 'group' : 'user';
  // The kernel holds what is turned round for true where there is no socket.
  return { match: 'owner', of, ids, without: not, ...(not ? { not } : {}) };
}

export const owner: MatchModule = {
  options: optionsOf('owner'),
  read: (given) => {
    const matches = given.map(ownerMatch);
    const known = matches.filter((match) => match !== undefined);
    // Without a socket one that is not turned round decides for all of them.
    const mixed = new Set(given.map(({ not }) => not)).size > 1;
    const whole = given.length > 0 && known.length === matches.length && !mixed;
    return whole && !given.some(({ option }) => option === 'suppl-groups')
      ? known
      : [opaque('socket', wordsAgain('owner', given))];
  },
};

export const rpfilter: MatchModule = {
  options: optionsOf('rpfilter'),
  read: (given) => {
    const has = (name: string): boolean => given.some(({ option }) => option === name);
    return [
      {
        match: 'reverse-path',
        loose: has('loose'),
        local: has('accept-local'),
        marked: has('validmark'),
        ...(has('invert') ? { not: true } : {}),
      },
    ];
  },
};
