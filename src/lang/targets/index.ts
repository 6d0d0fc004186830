/**
 * Whom a scan visits: targets as people write them, and every pair of address and port once, in an order that spreads.
 *
 * @example
 * const targets = readTargets('10.0.0.0/16 -', { file: 'hosts.txt' });
 * const space = scanSpace({ targets, ports: [6379, 6380], seed: 1 });
 * space.at(0); // the first to visit
 */
export { readTargets, type Endpoint, type TargetList, type TargetProblem } from './read-targets.ts';
export { scanSpace, type ScanChoice, type ScanSpace } from './scan-space.ts';
