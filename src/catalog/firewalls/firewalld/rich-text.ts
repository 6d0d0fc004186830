/** Rich rules in firewalld's own language, as its lists print them. Read as elements, so that both forms mean the same. */
import type { Position } from '../../../lang/packets/index.ts';
import type { RichRule } from './model.ts';
import { richRuleOf } from './rich-xml.ts';
import type { XmlElement } from './xml.ts';

const longestRule = 10_000;

/** Words of a rule: quotes hold blanks together, and are dropped. */
function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const sign of text) {
    if (quote !== '' ? sign === quote : sign === '"' || sign === "'") {
      quote = quote === '' ? sign : '';
      word ??= '';
    } else if (quote === '' && /\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + sign;
  }
  if (word !== undefined) words.push(word);
  return quote === '' ? words : undefined;
}

/**
 * A rule, or why it is none.
 *
 * @example parseRichRule('rule family="ipv4" source address="10.0.0.0/8" port port="6379" protocol="tcp" accept', at)
 */
export function parseRichRule(text: string, at: Position): RichRule | string {
  const words = text.length > longestRule ? undefined : wordsOf(text);
  if (!words || words[0] !== 'rule') return 'this is no rich rule';
  const top: Draft = { name: 'rule', attributes: new Map(), children: [] };
  let here = top;
  let not = false;
  for (const word of words.slice(1)) {
    const equals = word.indexOf('=');
    if (word === 'not' || word === 'NOT') {
      if (here.name === 'source' || here.name === 'destination') here.attributes.set('invert', 'true');
      else not = true;
    } else if (equals > 0 && !word.startsWith('='))
      here.attributes.set(word.slice(0, equals), word.slice(equals + 1));
    else if (word === 'limit') {
      const inner: Draft = { name: word, attributes: new Map(), children: [] };
      here.children.push(inner);
      here = inner;
    } else {
      here = { name: word, attributes: new Map(), children: [] };
      top.children.push(here);
      if (top.children.length > 64) return 'too many words for one rule';
    }
  }
  if (not) return 'NOT stands where it has no meaning';
  const rule = richRuleOf(elementOf(top, at.line ?? 0), at.file ?? '');
  return typeof rule === 'string' ? rule : { ...rule, at };
}

interface Draft {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: Draft[];
}

const elementOf = ({ name, attributes, children }: Draft, line: number): XmlElement => ({
  name,
  attributes,
  children: children.map((child) => elementOf(child, line)),
  text: '',
  line,
});
