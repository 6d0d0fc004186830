/** Ends a run with what was skipped and why, and one plain line of totals. */
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

export default class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const lines = summary(modules, unhandled.length);
    // The usual reporter may still be writing; the totals are to be the last line.
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

function summary(modules: readonly TestModule[], unhandled: number): readonly string[] {
  const reasons = new Map<string, number>();
  let passed = 0;
  // A file that cannot even be loaded has no tests to fail.
  let failed = unhandled + modules.filter((module) => module.errors().length > 0).length;
  let skipped = 0;
  for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
    const result = test.result();
    if (result.state === 'passed') passed += 1;
    else if (result.state === 'failed') failed += 1;
    else {
      skipped += 1;
      const note = result.state === 'skipped' ? result.note : undefined;
      const reason =
        note ?? (test.parent.type === 'suite' ? test.parent.fullName : test.module.relativeModuleId);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  const told = [...reasons].map(([reason, count]) => `skipped ${count}: ${reason}`);
  return [...told, `${passed} passed, ${failed} failed, ${skipped} skipped`];
}
