/** A port for TLS is one that nobody listens at: not the server, not anybody else of its host. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { takenPorts } from '../../src/adapters/census/index.ts';
import { placeNamed } from '../../src/adapters/place/index.ts';
import { makePlan } from '../../src/index.ts';
import { matrixServer } from './support/servers.ts';

const own = Object.values(networkInterfaces())
  .flatMap((all = []) => all)
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

it.skipIf(own === undefined)(
  `the answer names a port of another program${own === undefined ? ' (this host has loopback alone)' : ''}`,
  async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    const server = await matrixServer('redis-7.0').start([`bind 127.0.0.1 ${own}`, 'protected-mode no']);
    try {
      expect(await takenPorts(placeNamed('here'), server.pid)).toEqual(
        expect.arrayContaining([taken, server.port]),
      );
      const tlsOf = async (port: number) =>
        (
          await makePlan([`redis://127.0.0.1:${server.port}`], {
            policy: 'strict',
            only: ['tls'],
            answers: new Map([['tls-port', String(port)]]),
            censusSeconds: 0,
          })
        ).plan;
      const plan = await tlsOf(taken);
      expect(plan.steps).toEqual([]);
      expect(plan.unmet.map(({ why }) => why)).toContainEqual(
        expect.stringContaining(`Somebody listens at port ${taken} already`),
      );
      other.close();
      expect((await tlsOf(taken)).steps.map(({ kind }) => kind)).toContain('tls');
    } finally {
      other.close();
      await server.stop();
    }
  },
);
