import { defineRendering } from '../define-rendering.ts';
import type { PlanNode } from '../../model/index.ts';
import { commented, headLines } from './parts/left-out.ts';
import { stunnelPair } from './parts/stunnel-pair.ts';
import { commentText } from './parts/words.ts';

/** TLS came with Redis 6.0 and with KeyDB 6; what is newer speaks it itself. */
const speaksTls = ({ product, version }: PlanNode): boolean =>
  product === 'valkey' || Number.parseInt(version, 10) >= 6;

const folder = '/etc/stunnel/redis';

function pairFor({ id, target }: PlanNode): string {
  const port = target.kind === 'tcp' ? target.port : 6379;
  const tlsPort = port < 65_535 ? port + 1 : 6380;
  const host = target.kind === 'tcp' ? target.host : 'redis.example';
  const { server, client } = stunnelPair({
    folder,
    listen: { host: target.kind === 'tcp' ? target.host : '0.0.0.0', port: tlsPort },
    server: target.kind === 'unix' ? { path: target.path } : { host: '127.0.0.1', port },
    reachedAs: host,
    client: { port, folder, name: 'client' },
  });
  return [
    commented([
      commentText(
        `${id}: ${folder}/server.conf at the host of the server, and bind 127.0.0.1 in its redis.conf.`,
      ),
      commentText(
        `Certificates for ${host} and for the clients are made with keyward plan --only tls on a server that has TLS, or with your own authority: ca.crt server.crt server.key client.crt client.key.`,
      ),
    ]),
    server,
    commented([commentText(`${id}: ${folder}/client.conf at the host of every client.`)]),
    client,
  ].join('\n');
}

export default defineRendering({
  title: 'A pair of stunnel configurations for servers without TLS',
  extension: '.conf',
  mediaType: 'text/plain',
  render(plan) {
    const without = plan.nodes.filter((node) => !speaksTls(node));
    const why = 'a pair of tunnels stands in front of a server, and changes nothing of it';
    const head = headLines(
      plan,
      plan.steps.map((step) => ({ step, why })),
    );
    const pairs = without.map(pairFor).join('\n');
    const none =
      'Every server of this plan speaks TLS itself: keyward plan --policy strict opens a TLS port.';
    return commented([...head, ...(without.length === 0 ? [commentText(none)] : [])]) + pairs;
  },
});
