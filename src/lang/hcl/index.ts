export { parseHcl, parseHclTemplate } from './parse.ts';
export type { HclAttribute, HclBlock, HclBody, HclExpression, HclProblem } from './syntax.ts';
