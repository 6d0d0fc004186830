export { parseConf, printConf } from './parse.ts';
