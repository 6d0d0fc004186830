import { afterEach, describe, expect, it } from 'vitest';
import { known } from '../../model/fact.ts';
import { collect } from './collect.ts';

const real = process.platform;
afterEach(() => void Object.defineProperty(process, 'platform', { value: real }));

describe('a collector', () => {
  it('never throws: what the system refuses is the reason', async () => {
    const failing = (code: string) =>
      collect('a thing', () => Promise.reject(Object.assign(new Error('x'), { code })));
    expect(await failing('EACCES')).toEqual({
      known: false,
      why: 'no-access',
      detail: 'a thing: permission denied',
    });
    expect(await failing('ENOENT')).toEqual({ known: false, why: 'unreadable', detail: 'a thing: ENOENT' });
    expect(await failing('ENOTSUP')).toMatchObject({ why: 'not-supported' });
    expect(await collect('a thing', () => JSON.parse('{'))).toMatchObject({ why: 'unreadable' });
  });

  it('is not supported on other systems', async () => {
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    expect(await collect('a thing', () => known(1, 'x'))).toMatchObject({
      known: false,
      why: 'not-supported',
    });
  });
});
