/**
 * A command as one line of text, for the bundled tables:
 * `name arity flags first,last,step categories specs`, with `-` for an empty field. A specification is
 * `flags@begin:find`, begin is `i<index>`, `k<keyword>,<from>` or `?`, find is `r<last>,<step>,<limit>`,
 * `n<at>,<first>,<step>` or `?`. `^` before the name marks a container, `parent|name` a subcommand.
 */
import type { AclCommand } from './command-table.ts';
import type { BeginSearch, FindKeys, KeySpec } from './key-spec.ts';

const joined = (items: readonly string[], separator = ','): string =>
  items.length > 0 ? items.join(separator) : '-';
const parted = (text: string, separator = ','): readonly string[] =>
  text === '-' ? [] : text.split(separator);

export function encodeCommand(command: AclCommand): string {
  const { name, arity, flags, firstKey, lastKey, keyStep, categories, keySpecs, container } = command;
  const range = `${firstKey},${lastKey},${keyStep}`;
  const specs = joined(
    keySpecs.map((spec) => `${joined(spec.flags)}@${encodeBegin(spec.begin)}:${encodeFind(spec.find)}`),
    ';',
  );
  return [`${container ? '^' : ''}${name}`, arity, joined(flags), range, joined(categories), specs].join(' ');
}

function encodeBegin(begin: BeginSearch): string {
  if (begin.type === 'index') return `i${begin.index}`;
  return begin.type === 'keyword' ? `k${begin.keyword},${begin.startFrom}` : '?';
}

function encodeFind(find: FindKeys): string {
  if (find.type === 'range') return `r${find.lastKey},${find.step},${find.limit}`;
  return find.type === 'keynum' ? `n${find.keyNumIndex},${find.firstKey},${find.step}` : '?';
}

/** @example decodeCommand('get 2 readonly,fast 1,1,1 read,string,fast RO,access@i1:r0,1,0') */
export function decodeCommand(text: string): AclCommand {
  const [head = '', arity = '0', flags = '-', range = '', categories = '-', specs = '-'] = text.split(' ');
  const container = head.startsWith('^');
  const name = container ? head.slice(1) : head;
  const bar = name.indexOf('|');
  const [firstKey = 0, lastKey = 0, keyStep = 0] = range.split(',').map(Number);
  return {
    name,
    arity: Number(arity),
    flags: parted(flags),
    firstKey,
    lastKey,
    keyStep,
    categories: parted(categories),
    keySpecs: parted(specs, ';').map(decodeSpec),
    ...(bar < 0 ? {} : { parent: name.slice(0, bar) }),
    ...(container ? { container: true as const } : {}),
  };
}

function decodeSpec(text: string): KeySpec {
  const [flags = '-', rest = ''] = text.split('@');
  const [begin = '?', find = '?'] = rest.split(':');
  return { flags: parted(flags), begin: decodeBegin(begin), find: decodeFind(find) };
}

function decodeBegin(text: string): BeginSearch {
  if (text.startsWith('i')) return { type: 'index', index: Number(text.slice(1)) };
  const [keyword = '', startFrom = '0'] = text.slice(1).split(',');
  return text.startsWith('k')
    ? { type: 'keyword', keyword, startFrom: Number(startFrom) }
    : { type: 'unknown' };
}

function decodeFind(text: string): FindKeys {
  const [a = 0, b = 0, c = 0] = text.slice(1).split(',').map(Number);
  if (text.startsWith('r')) return { type: 'range', lastKey: a, step: b, limit: c };
  return text.startsWith('n')
    ? { type: 'keynum', keyNumIndex: a, firstKey: b, step: c }
    : { type: 'unknown' };
}
