import type { Ask } from '../cloud-shared/index.ts';

export type { TerraformContext } from './context.ts';
export { parseTerraform } from './parse.ts';

/** What to ask; a plan says more than the files, and the state what is there now. */
export const terraformAsks: readonly Ask[] = [
  { argv: ['terraform', 'show', '-json', '{plan}'], why: 'what will be, with all variables put in' },
  { argv: ['terraform', 'show', '-json'], why: 'what is, as Terraform knows it', optional: true },
];
