/** Who uses a server now, look by look; `engine/census` puts the looks together. */
export { lookAtClients, type Ask } from './look-at-clients.ts';
export { takenPorts } from './taken-ports.ts';
