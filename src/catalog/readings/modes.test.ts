import { describe, expect, it } from 'vitest';
import { closedToOthers, isSticky, othersMay } from './modes.ts';

describe('modes in octal', () => {
  it('say what others may', () => {
    expect(othersMay('read', '0644')).toBe(true);
    expect(othersMay('write', '0644')).toBe(false);
    expect(othersMay('write', '0777')).toBe(true);
    expect(othersMay('enter', '0750')).toBe(false);
  });
  it('read socket permissions as the setting has them, with no zero in front', () => {
    expect(othersMay('write', '777')).toBe(true);
    expect(othersMay('write', '700')).toBe(false);
  });
  it('know the sticky bit', () => {
    expect(isSticky('1777')).toBe(true);
    expect(isSticky('0777')).toBe(false);
  });
  it('give nothing to anybody where there is no mode', () => {
    expect(othersMay('read', '')).toBe(false);
    expect(isSticky('rwx')).toBe(false);
  });
  it.each([
    ['0644', '0640'],
    ['1777', '1770'],
    ['0600', '0600'],
  ])('%s closed to others is %s', (open, closed) => {
    expect(closedToOthers(open)).toBe(closed);
  });
});
