import { describe } from 'vitest';
import { matrix } from '../support/servers.ts';
import { wholeWay } from './whole-way.ts';

const servers = matrix.filter(({ product, atLeast }) => product === 'valkey' && atLeast(6, 0));
if (servers.length === 0) console.warn('skipped: no Valkey with users in .cache/servers');

describe.each(servers)('$name, in use all the time', wholeWay);
