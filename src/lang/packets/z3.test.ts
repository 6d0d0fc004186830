/**
 * A second opinion: a chain of rules is a formula over the source address, the mark and what is not known, and an SMT
 * solver is asked whether any packet contradicts what `reach` says. It sees all 2^32 addresses, not samples.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressSet, fromRanges, type Match, reach, type Rule, type RuleSet } from './index.ts';

const path = ((): string | undefined => {
  for (const home of [import.meta.url, process.env['KEYWARD_Z3'] ?? ''])
    try {
      if (home) return createRequire(home).resolve('z3-solver');
    } catch {
      // Looked for in the next place.
    }
  return undefined;
})();
if (!path) console.warn('skipped: 1 comparison with the solver z3, which is not installed');

const runs = process.env['KEYWARD_DEEP'] ? 500 : 40;

/** As much of the solver as we use. */
interface Package {
  readonly init: () => Promise<{
    readonly Context: (name: string) => Solving;
    readonly em?: { readonly PThread?: { terminateAllThreads(): void } };
  }>;
}
interface Bool {
  readonly sexpr: () => string;
}
interface Bits {
  readonly uge: (other: Bits) => Bool;
  readonly ule: (other: Bits) => Bool;
  readonly eq: (other: Bits) => Bool;
}
interface Solving {
  readonly BitVec: {
    readonly const: (name: string, bits: number) => Bits;
    readonly val: (value: number, bits: number) => Bits;
  };
  readonly Bool: { readonly const: (name: string) => Bool; readonly val: (value: boolean) => Bool };
  readonly Or: (...some: readonly Bool[]) => Bool;
  readonly And: (...some: readonly Bool[]) => Bool;
  readonly Not: (one: Bool) => Bool;
  readonly If: (condition: Bool, yes: Bits, no: Bits) => Bits;
  readonly Solver: new () => { add(one: Bool): void; check(): Promise<string> };
}

interface Line {
  readonly ranges: readonly (readonly [number, number])[];
  readonly not: boolean;
  /** Only for packets with this mark. */
  readonly mark: number | undefined;
  /** The number of something that nobody knows and that must hold. */
  readonly doubt: boolean;
  readonly does: 'accept' | 'drop' | 'return' | 'mark' | 'jump';
  readonly value: number;
}

const line = fc.record<Line>({
  ranges: fc.array(
    fc
      .tuple(fc.nat({ max: 2 ** 32 - 1 }), fc.nat({ max: 2 ** 32 - 1 }))
      .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a])),
    { maxLength: 2 },
  ),
  not: fc.boolean(),
  mark: fc.option(fc.nat({ max: 2 }), { nil: undefined, freq: 3 }),
  doubt: fc.nat({ max: 5 }).map((one) => one === 0),
  does: fc.constantFrom('accept', 'drop', 'drop', 'return', 'mark', 'jump'),
  value: fc.nat({ max: 2 }),
});

const ruleOf = (one: Line, index: number): Rule => {
  const addresses: AddressSet = fromRanges('ipv4', one.ranges.flat());
  const mark: readonly Match[] =
    one.mark === undefined ? [] : [{ match: 'mark', value: one.mark, mask: 0xffff_ffff }];
  const doubt: readonly Match[] = one.doubt ? [{ match: 'opaque', on: 'rate', text: 'limit' }] : [];
  return {
    when: [{ match: 'source', addresses, not: one.not }, ...mark, ...doubt],
    does: [
      one.does === 'mark'
        ? { deed: 'set-mark', value: one.value, mask: 0xffff_ffff }
        : one.does === 'jump'
          ? { deed: 'jump', chain: 'inner' }
          : { deed: one.does },
    ],
    at: { line: index, text: `line ${index}` },
  };
};

describe.skipIf(!path)(
  'the solver finds no packet for which an answer is wrong',
  { timeout: 600_000 },
  () => {
    it('in random chains', async () => {
      const { init } = (await import(pathToFileURL(path ?? '').href)) as Package;
      const { Context, em } = await init();
      const z3 = Context('keyward');
      try {
        await fc.assert(
          fc.asyncProperty(
            fc.array(line, { maxLength: 7 }),
            fc.array(
              line.map((one) => (one.does === 'jump' ? { ...one, does: 'drop' as const } : one)),
              { maxLength: 4 },
            ),
            fc.boolean(),
            async (outer, inner, drops) => {
              const source = z3.BitVec.const('source', 32);
              const bits = (value: number): Bits => z3.BitVec.val(value, 32);
              const within = (ranges: Line['ranges']): Bool =>
                z3.Or(
                  ...ranges.map(([from, to]) => z3.And(source.uge(bits(from)), source.ule(bits(to)))),
                  z3.Bool.val(false),
                );
              let doubts = 0;
              interface Then {
                readonly accepted: Bool;
                readonly fallen: Bool;
                readonly mark: Bits;
              }
              // What becomes of a packet that is at this rule, from the last rule to the first.
              const follow = (lines: readonly Line[], start: { here: Bool; mark: Bits }): Then => {
                let { here, mark } = start;
                let accepted: Bool = z3.Bool.val(false);
                let fallen: Bool = z3.Bool.val(false);
                for (const one of lines) {
                  const conditions = [
                    one.not ? z3.Not(within(one.ranges)) : within(one.ranges),
                    ...(one.mark === undefined ? [] : [mark.eq(bits(one.mark))]),
                    ...(one.doubt ? [z3.Bool.const(`doubt${doubts++}`)] : []),
                  ];
                  const applies = z3.And(here, ...conditions);
                  if (one.does === 'mark') {
                    mark = z3.If(applies, bits(one.value), mark);
                    continue;
                  }
                  const stays = z3.And(here, z3.Not(applies));
                  if (one.does === 'accept') accepted = z3.Or(accepted, applies);
                  if (one.does === 'return') fallen = z3.Or(fallen, applies);
                  if (one.does === 'jump') {
                    const back = follow(inner, { here: applies, mark });
                    accepted = z3.Or(accepted, back.accepted);
                    mark = z3.If(applies, back.mark, mark);
                    here = z3.Or(stays, back.fallen);
                  } else here = stays;
                }
                return { accepted, fallen: z3.Or(fallen, here), mark };
              };
              const end = follow(outer, {
                here: z3.Bool.val(true),
                mark: bits(0),
              });
              const open = drops ? end.accepted : z3.Or(end.accepted, end.fallen);
              const ruleSet: RuleSet = {
                backend: 'random',
                problems: [],
                tables: [
                  {
                    name: 'filter',
                    families: ['ipv4'],
                    chains: [
                      {
                        name: 'input',
                        base: {
                          hook: 'input',
                          type: 'filter',
                          priority: 0,
                          policy: drops ? 'drop' : 'accept',
                        },
                        rules: outer.map(ruleOf),
                        at: { text: 'policy' },
                      },
                      { name: 'inner', rules: inner.map(ruleOf), at: { text: 'inner' } },
                    ],
                  },
                ],
              };
              const answers = reach(
                [ruleSet],
                { interfaces: [{ name: 'eth0', addresses: ['192.0.2.1'] }] },
                { family: 'ipv4', destination: '192.0.2.1', port: 6379, inInterface: 'eth0' },
              );
              const said = (reach: string): Bool =>
                within(
                  answers
                    .filter((answer) => answer.reach === reach)
                    .flatMap(({ sources: { bounds } }) =>
                      Array.from({ length: bounds.length / 2 }, (_, index): [number, number] => [
                        Number(bounds[2 * index]),
                        Number(bounds[2 * index + 1]) - 1,
                      ]),
                    ),
                );
              const solver = new z3.Solver();
              solver.add(
                z3.Or(
                  z3.And(said('certain'), z3.Not(open)),
                  z3.And(said('no'), open),
                  z3.Not(z3.Or(said('certain'), said('no'), said('depends'))),
                ),
              );
              expect(await solver.check()).toBe('unsat');
              if (doubts === 0) expect(answers.some((answer) => answer.reach === 'depends')).toBe(false);
            },
          ),
          { numRuns: runs },
        );
      } finally {
        em?.PThread?.terminateAllThreads();
      }
    });
  },
);
