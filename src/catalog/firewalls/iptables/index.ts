export { type IptablesOptions, parseIptablesSave } from './parse.ts';
