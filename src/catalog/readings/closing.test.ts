import { expect, it } from 'vitest';
import { file, processFacts } from '../example-facts.ts';
import { known, unknown } from '../../model/index.ts';
import { closing } from './closing.ts';

const process = known(processFacts(), 'ps');
const of = (more: Parameters<typeof file>[2]) =>
  closing(file('/etc/redis/redis.conf', 'conf', more), process);

it('takes the rights of others away', () =>
  expect(of({ mode: '0644' })).toEqual({ kind: 'file', path: '/etc/redis/redis.conf', mode: '0640' }));
it('gives the server’s group a file that the server could not read any more', () =>
  expect(of({ owner: 'root', group: 'root', mode: '0604' })).toMatchObject({ mode: '0640', group: 'redis' }));
it('says no group where who runs the server is not known', () =>
  expect(
    closing(file('/a', 'conf', { owner: 'root', group: 'root', mode: '0644' }), unknown('not-asked', '')),
  ).toEqual({ kind: 'file', path: '/a', mode: '0640' }));
