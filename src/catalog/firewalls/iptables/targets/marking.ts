/** Targets that write a mark; the next rule is next. */
import type { Deed } from '../../../../lang/packets/index.ts';
import { type Given, type RuleContext, type TargetModule, options } from '../extension.ts';
import { maskedNumberOf } from '../numbers.ts';

const all = 0xff_ff_ff_ff;
const unknown = (text: string): Deed => ({ deed: 'opaque', on: 'mark', text });

/** `mark = (mark & ~mask) ^ value` for every way to say it. */
function written(
  { option, values: [text = ''] }: Given,
  context: RuleContext,
): { value: number; mask: number } | undefined {
  const read = maskedNumberOf(text);
  if (read === undefined || (read.mask !== undefined && !['set-mark', 'set-xmark'].includes(option))) {
    context.refuse(`${text} is no mark`);
    return undefined;
  }
  const { value, mask = all } = read;
  switch (option) {
    case 'set-mark':
      return { value, mask: (value | mask) >>> 0 };
    case 'set-xmark':
      return { value, mask };
    case 'and-mark':
      return { value: 0, mask: ~value >>> 0 };
    case 'or-mark':
      return { value, mask: value };
    default:
      return { value, mask: 0 };
  }
}

const marks = 'set-mark set-xmark and-mark or-mark xor-mark';

export const MARK: TargetModule = {
  options: options(marks),
  read: (given, context) => {
    if (given.length !== 1) context.refuse('MARK takes exactly one option');
    return given.map((one): Deed => {
      const read = written(one, context);
      return read === undefined ? unknown(`MARK ${one.values.join(' ')}`) : { deed: 'set-mark', ...read };
    });
  },
};

export const CONNMARK: TargetModule = {
  options: options(`${marks} save-mark:0 restore-mark:0 mask nfmask ctmask left-shift-mark right-shift-mark`),
  read: (given, context) => {
    const words = `CONNMARK ${given.map(({ option, values }) => [option, ...values].join(' ')).join(' ')}`;
    const copy = given.find(({ option }) => option === 'save-mark' || option === 'restore-mark');
    const value = (name: string): number | undefined => {
      const one = given.find(({ option }) => option === name);
      return one === undefined ? undefined : (maskedNumberOf(one.values[0] ?? '')?.value ?? -1);
    };
    if (given.some(({ option }) => option.endsWith('shift-mark'))) return [unknown(words)];
    if (copy !== undefined) {
      const both = value('mask') ?? all;
      const [packet, connection] = [value('nfmask') ?? both, value('ctmask') ?? both];
      if (packet !== connection || packet < 0) return [unknown(words)];
      return [
        { deed: 'copy-mark', from: copy.option === 'save-mark' ? 'packet' : 'connection', mask: packet },
      ];
    }
    const [one] = given;
    const read = one && written(one, context);
    if (given.length !== 1 || one === undefined) context.refuse('CONNMARK takes exactly one option');
    return read === undefined ? [unknown(words)] : [{ deed: 'set-ct-mark', ...read }];
  },
};

/** Writes into a set; with `--map-mark`, a mark comes out of it. */
export const SET: TargetModule = {
  options: options('add-set:2 del-set:2 map-set:2 exist:0 timeout map-mark:0 map-prio:0 map-queue:0'),
  read: (given) =>
    given.some(({ option }) => option === 'map-mark') ? [unknown('SET --map-mark')] : [{ deed: 'go-on' }],
};
