import type { Rendering } from '../define-rendering.ts';

export interface RenderingEntry {
  readonly title: string;
  readonly mediaType: string;
  /** Of a file that holds it, with the dot. */
  readonly extension: string;
  readonly load: () => Promise<Rendering>;
}

const of = (module: { readonly default: Rendering }): Rendering => module.default;

/** Loaded when asked for. */
export const renderings = {
  ansible: {
    title: 'An Ansible playbook',
    mediaType: 'application/yaml',
    extension: '.yml',
    load: () => import('./ansible/index.ts').then(of),
  },
  shell: {
    title: 'A shell script, POSIX sh with redis-cli',
    mediaType: 'application/x-sh',
    extension: '.sh',
    load: () => import('./shell/index.ts').then(of),
  },
  systemd: {
    title: 'A drop-in for the unit of the service',
    mediaType: 'text/plain',
    extension: '.conf',
    load: () => import('./systemd.ts').then(of),
  },
  'docker-compose': {
    title: 'An override file for Docker Compose',
    mediaType: 'application/yaml',
    extension: '.yml',
    load: () => import('./docker-compose.ts').then(of),
  },
  'helm-values': {
    title: 'Values for a Helm chart of the Bitnami kind',
    mediaType: 'application/yaml',
    extension: '.yaml',
    load: () => import('./helm-values.ts').then(of),
  },
  stunnel: {
    title: 'A pair of stunnel configurations for servers without TLS',
    mediaType: 'text/plain',
    extension: '.conf',
    load: () => import('./stunnel.ts').then(of),
  },
  wireguard: {
    title: 'A WireGuard network of the servers and their clients, as a script for each host',
    mediaType: 'application/x-sh',
    extension: '.sh',
    load: () => import('./wireguard/index.ts').then(of),
  },
  ipsec: {
    title: 'IPsec between the servers and their clients, for strongSwan, as a script for each host',
    mediaType: 'application/x-sh',
    extension: '.sh',
    load: () => import('./ipsec/index.ts').then(of),
  },
} as const satisfies Readonly<Record<string, RenderingEntry>>;

export type RenderingName = keyof typeof renderings;
export const renderingNames = Object.keys(renderings) as readonly RenderingName[];
