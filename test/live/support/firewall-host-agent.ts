/**
 * Runs inside one network namespace: listens on the ports of its arguments and says to everybody which address and port
 * were reached; and connects to where it is told, line by line of JSON.
 */
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Probe, Reached } from './firewall-host.ts';

let open = 0;
const ports = process.argv.slice(2).map(Number);
for (const port of ports)
  for (const host of ['0.0.0.0', '::']) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(`${socket.localAddress} ${socket.localPort}\n`);
    });
    server.listen({ host, port, ipv6Only: host === '::', backlog: 512 }, () => {
      if (++open === ports.length * 2) process.stdout.write('ready\n');
    });
  }
if (ports.length === 0) process.stdout.write('ready\n');

function tryOne({ source, sourcePort, destination, port }: Probe, patience: number): Promise<Reached> {
  return new Promise((resolve) => {
    const socket = connect({
      host: destination,
      port,
      localAddress: source,
      ...(sourcePort === undefined ? {} : { localPort: sourcePort }),
    });
    let connected = false;
    let text = '';
    const end = (reached: Reached): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    };
    const answer = (): Reached => {
      const [address, at] = text.trim().split(' ');
      return address === undefined || at === undefined
        ? { open: connected }
        : { open: true, address, port: Number(at) };
    };
    // A busy machine may let us sleep for longer than that: what came meanwhile is heard before silence is taken for an
    // answer, since timers run before anything is read.
    const timer = setTimeout(() => setImmediate(() => end(answer())), patience);
    socket.on('connect', () => (connected = true));
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('end', () => end(answer()));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(connected ? answer() : { open: false, error: error.code ?? error.message }),
    );
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { probes, patience } = JSON.parse(line) as { probes: readonly Probe[]; patience: number };
  const reached = await Promise.all(probes.map((probe) => tryOne(probe, patience)));
  process.stdout.write(`${JSON.stringify(reached)}\n`);
}
process.exit(0);
