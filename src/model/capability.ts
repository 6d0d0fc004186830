/** What somebody who can send commands is able to do: the fixed vocabulary of the exposure table. */
export const capabilities = {
  read: 'read data',
  write: 'write data',
  destroy: 'destroy data',
  copy: 'copy everything (SYNC, PSYNC)',
  control: 'take control (CONFIG, ACL)',
  execute: 'run code on the host',
  stop: 'stop the server',
  observe: 'observe others (MONITOR, CLIENT LIST)',
  reach: 'reach further (REPLICAOF, MIGRATE)',
} as const;

export type Capability = keyof typeof capabilities;
export const capabilityNames = Object.keys(capabilities) as readonly Capability[];
