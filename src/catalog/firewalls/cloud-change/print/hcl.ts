/** Writes HCL, as `terraform fmt` would lay it out. */
import { isFields, isList, type Value } from '../../cloud-shared/index.ts';

export interface HclWritten {
  readonly type: string;
  readonly labels?: readonly string[];
  readonly attributes: readonly (readonly [
    name: string,
    value: Value | HclName | readonly HclName[] | undefined,
  ])[];
  readonly blocks?: readonly HclWritten[];
}

/** The address of something, which stands without quotes. */
export class HclName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `${` and `%{` would begin a template. */
const text = (value: string): string =>
  JSON.stringify(value.toWellFormed())
    .replaceAll(/[$%]\{/g, (mark) => `${mark[0]}${mark}`)
    // Escapes one by one: the second half of \\\\ begins none.
    .replaceAll(/\\(.)/g, (mark, letter: string) =>
      letter === 'b' ? '\\u0008' : letter === 'f' ? '\\u000c' : mark,
    );

const isNames = (one: Value | readonly HclName[]): one is readonly HclName[] =>
  Array.isArray(one) && one.length > 0 && one.every((item) => item instanceof HclName);

function value(one: Value | HclName | readonly HclName[], indent: string): string {
  if (one instanceof HclName) return one.name;
  if (typeof one === 'string') return text(one);
  if (isNames(one)) return `[${one.map(({ name }) => name).join(', ')}]`;
  if (isList(one)) return `[${one.map((item) => value(item, indent)).join(', ')}]`;
  if (!isFields(one)) return JSON.stringify(one);
  const entries = Object.entries(one);
  if (entries.length === 0) return '{}';
  const inner = `${indent}  `;
  return `{\n${entries.map(([name, item]) => `${inner}${text(name)} = ${value(item, inner)}`).join('\n')}\n${indent}}`;
}

/** One block, without a line end. */
export function writeHcl({ type, labels = [], attributes, blocks = [] }: HclWritten, indent = ''): string {
  const inner = `${indent}  `;
  const given = attributes.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const]));
  const widest = Math.max(0, ...given.map(([name]) => name.length));
  const lines = [
    ...given.map(([name, one]) => `${inner}${name.padEnd(widest)} = ${value(one, inner)}`),
    ...blocks.map((block, index) => `${index > 0 || given.length > 0 ? '\n' : ''}${writeHcl(block, inner)}`),
  ];
  const head = [type, ...labels.map(text)].join(' ');
  return lines.length === 0 ? `${indent}${head} {}` : `${indent}${head} {\n${lines.join('\n')}\n${indent}}`;
}

/** A name that Terraform takes: letters, digits, `_` and `-`. */
export const hclName = (words: string): string => {
  const name = words.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60);
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
};
