/** `-m set`: members as `ipset save` gave them, or undecided. */
import type { Match } from '../../../../lang/packets/index.ts';
import { setMatch } from '../../ipset/index.ts';
import { type MatchModule, opaque, options } from '../extension.ts';

export const set: MatchModule = {
  options: options(
    '!match-set:2 !set>match-set:2 return-nomatch:0 !update-counters:0 !update-subcounters:0 !packets-eq packets-lt packets-gt !bytes-eq bytes-lt bytes-gt',
  ),
  read: (given, context) => {
    const asked = given.find(({ option }) => option === 'match-set');
    if (asked === undefined) {
      context.refuse('set without --match-set');
      return [];
    }
    const {
      values: [name = '', flags = ''],
      not,
    } = asked;
    const directions = flags.split(',');
    if (directions.length > 6 || directions.some((one) => one !== 'src' && one !== 'dst'))
      context.refuse(`${flags} must be src and dst, at most six`);
    const words = `${not ? '! ' : ''}--match-set ${name} ${flags}`;
    const special = given.some(
      ({ option, not: turned }) => option !== 'match-set' && !(option.startsWith('update') && turned),
    );
    if (context.sets === undefined || special || context.writtenSets.has(name))
      return [opaque(context.writtenSets.has(name) ? 'recent' : 'set', words)];
    const family = context.sets.sets.get(name)?.family;
    if (family !== undefined && family !== context.family)
      context.refuse(`set ${name} holds addresses of ${family}`);
    const found = setMatch(context.sets, name, directions, context.family);
    if (found === undefined) {
      context.refuse(`there is no set ${name}`);
      return [opaque('set', words)];
    }
    if (found.length === 1 && found[0] !== undefined && found[0].match !== 'opaque')
      return not ? [turned(found[0])] : found;
    // Several conditions are turned round together; what is undecided stays so.
    if (!not) return found;
    const known: Match = { match: 'any', of: [found], not: true };
    return [known];
  },
};

const turned = (match: Exclude<Match, { match: 'opaque' }>): Match => ({ ...match, not: match.not !== true });
