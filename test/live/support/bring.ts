/** Runs once before all tests: a fresh clone brings its servers by itself. Warm, it reads one file. */
import { bringServers } from '../../../scripts/servers/bring.ts';
import { serversDirectory } from './servers.ts';

export default async function bring(): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`servers: ${line}\n`);
  };
  await bringServers({ directory: serversDirectory, say });
}
