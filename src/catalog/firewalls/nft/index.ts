export { type Included, type NftOptions, parseNft } from './parse.ts';
export { parseNftJson, type ReadOptions } from './parse-json.ts';
