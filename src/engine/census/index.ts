/** Who uses a server now: looks at its clients, put together. Pure; the looks come from `adapters/census`. */
export { addLook, censusOf } from './merge.ts';
export { nothingSeen, type Tally } from './tally.ts';
export { takeCensus, type CensusOptions } from './take-census.ts';
