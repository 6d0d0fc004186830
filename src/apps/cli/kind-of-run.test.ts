import { describe, expect, it } from 'vitest';
import { kindOfRun } from './kind-of-run.ts';

describe('the kind of a run', () => {
  it('is its verb, its report and the schemes of its targets', () => {
    expect(kindOfRun(['audit', '-f', 'html', 'redis://a', 'redis://b', 'unix:///s'])).toBe(
      'audit html redis unix',
    );
  });

  it('tells no word that is not ours', () => {
    expect(kindOfRun(['audit', '--user', 'app', 'redis://app:secret@host', 'names.conf'])).toBe(
      'audit other redis',
    );
  });
});
