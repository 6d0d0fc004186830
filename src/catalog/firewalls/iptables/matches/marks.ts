import type { Match } from '../../../../lang/packets/index.ts';
import { type MatchModule, opaque, options } from '../extension.ts';
import { maskedNumberOf } from '../numbers.ts';

const reader = (match: 'mark' | 'ct-mark', module: string): MatchModule => ({
  options: options('!mark'),
  read: (given, context) => {
    if (given.length === 0) context.refuse(`${module} without --mark`);
    return given.map(({ values: [text = ''], not }): Match => {
      const read = maskedNumberOf(text);
      if (read === undefined) {
        context.refuse(`${text} is no mark`);
        return opaque('mark', `-m ${module} --mark ${text}`);
      }
      return { match, value: read.value, mask: read.mask ?? 0xff_ff_ff_ff, ...(not ? { not } : {}) };
    });
  },
});

export const mark = reader('mark', 'mark');
export const connmark = reader('ct-mark', 'connmark');
