export { setMatch } from './match.ts';
export { parseIpsetSave } from './parse.ts';
export type { IpSet, IpSetElement, IpSets } from './sets.ts';
