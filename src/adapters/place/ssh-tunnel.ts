/**
 * Connections that begin on another host: the system's own OpenSSH carries the bytes (`ssh -W host:port`), and needs
 * nothing there but its server. What a neighbour of a Redis sees is tried from where that neighbour stands.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTarget, nameOfTarget, type SshTarget, wordsOfTarget } from './ssh-target.ts';

export interface TunnelOptions {
  /** The ssh program; `ssh` of the PATH when absent. */
  readonly program?: string;
  /** Further words of ssh, as `['-F', file]`. */
  readonly words?: readonly string[];
}

export interface Tunnel {
  /** `ssh://user@host`. */
  readonly name: string;
  /** A socket of ours, closed to others: each connection to it is one from there to that address. */
  to(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** A name or an address, as ssh takes it: nothing that could be an option or a second address. */
const asAddress = (host: string, port: number): string => {
  if (!/^[\w.:%-]{1,255}$/.test(host) || host.startsWith('-') || !Number.isInteger(port))
    throw new RangeError('not an address to connect to');
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
};

export function tunnelFrom(target: SshTarget, { program = 'ssh', words = [] }: TunnelOptions = {}): Tunnel {
  const checked = checkTarget(target);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-ssh-'));
  const servers = new Map<string, Promise<{ readonly server: Server; readonly path: string }>>();
  const children = new Set<ChildProcess>();
  const shared = [
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ControlMaster=auto',
    'ControlPersist=20',
    `ControlPath=${join(folder, 'c')}`,
  ].flatMap((option) => ['-o', option]);

  const listen = async (address: string): Promise<{ readonly server: Server; readonly path: string }> => {
    const path = join(folder, `s${servers.size}`);
    const server = createServer((socket) => {
      const child = spawn(program, [...words, ...shared, '-W', address, ...wordsOfTarget(checked)], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      children.add(child);
      const end = (): void => {
        socket.destroy();
        child.kill();
        children.delete(child);
      };
      child.once('error', end);
      child.once('close', end);
      child.stdin.on('error', end);
      socket.on('error', end);
      socket.on('close', end);
      socket.pipe(child.stdin);
      child.stdout.pipe(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return { server, path };
  };
  return {
    name: nameOfTarget(checked),
    to: async (host, port) => {
      const address = asAddress(host, port);
      const known = servers.get(address) ?? listen(address);
      servers.set(address, known);
      return (await known).path;
    },
    close: async () => {
      for (const child of children) child.kill();
      for (const one of servers.values()) (await one.catch(() => undefined))?.server.close();
      const master = spawn(program, [...words, ...shared, '-O', 'exit', ...wordsOfTarget(checked)], {
        stdio: 'ignore',
      });
      await new Promise<void>((resolve) => {
        master.once('close', () => resolve());
        master.once('error', () => resolve());
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
