import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take minutes begin first: at the end one of them would run alone. */
const slow = /test[\\/](live|cli|renderings|package)/;
const slowest = /test[\\/]live[\\/](crash|no-lock-out|apply|abilities|topologies)|engine[\\/]apply[\\/]laws/;

/** In a fresh checkout nobody knows yet how long each file takes. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      slowest.test(moduleId) ? 0 : slow.test(moduleId) ? 1 : 2;
    // oxlint-disable-next-line unicorn/no-array-sort -- not of an array: of the class
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
