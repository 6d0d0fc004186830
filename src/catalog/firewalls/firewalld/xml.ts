/**
 * As much of XML as firewalld's files need: elements with attributes, text, comments, CDATA, processing instructions, and
 * the five entities with those by number. A document type is refused, and so nothing is ever expanded or fetched.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, put together. */
  readonly text: string;
  readonly line: number;
}

export interface XmlProblem {
  readonly line: number;
  readonly reason: string;
}

/** A document, or why it is none; never both. */
export type XmlReading =
  | { readonly root: XmlElement; readonly problem?: undefined }
  | { readonly problem: XmlProblem; readonly root?: undefined };

const mostDepth = 32;
const mostElements = 2_000_000;
const mostAttributes = 64;

interface Draft {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
  readonly line: number;
}

/**
 * Reads a whole document. Never throws.
 *
 * @example readXml('<zone><service name="ssh"/></zone>').root?.children[0]?.attributes.get('name') // 'ssh'
 */
export function readXml(text: string): XmlReading {
  const open: Draft[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  let line = 1;
  let counted = 0;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const lineAt = (place: number): number => {
    for (; counted < place; counted++) if (text.charCodeAt(counted) === 10) line++;
    return line;
  };
  const fail = (reason: string, place = at): XmlReading => ({ problem: { line: lineAt(place), reason } });
  while (at < text.length) {
    const start = text.indexOf('<', at);
    const end = start < 0 ? text.length : start;
    if (end > at) {
      const words = text.slice(at, end);
      const top = open.at(-1);
      if (top) {
        const plain = withoutEntities(words);
        if (plain === undefined) return fail('an entity that is not one of the five');
        top.text += plain;
      } else if (words.trim() !== '') return fail('text outside of the document');
    }
    if (start < 0) break;
    at = start;
    if (text.startsWith('<!--', at)) {
      const close = text.indexOf('-->', at + 4);
      if (close < 0) return fail('a comment is not closed');
      at = close + 3;
    } else if (text.startsWith('<![CDATA[', at)) {
      const close = text.indexOf(']]>', at);
      const top = open.at(-1);
      if (close < 0 || !top) return fail('character data in a wrong place');
      top.text += text.slice(at + 9, close);
      at = close + 3;
    } else if (text.startsWith('<?', at)) {
      const close = text.indexOf('?>', at);
      if (close < 0) return fail('a processing instruction is not closed');
      at = close + 2;
    } else if (text.startsWith('<!', at)) return fail('a document type is refused');
    else if (text.startsWith('</', at)) {
      const close = text.indexOf('>', at);
      const name = close < 0 ? '' : text.slice(at + 2, close).trimEnd();
      const top = open.pop();
      if (!top || top.name !== name) return fail(`</${name.slice(0, 40)}> closes what is not open`);
      const parent = open.at(-1);
      if (parent) parent.children.push(top);
      else root = top;
      at = close + 1;
    } else {
      const tag = readTag(text, at);
      if (typeof tag === 'string') return fail(tag);
      if (root) return fail('more than one document');
      if (++count > mostElements) return fail(`more than ${mostElements} elements`);
      const one: Draft = {
        name: tag.name,
        attributes: tag.attributes,
        children: [],
        text: '',
        line: lineAt(at),
      };
      at = tag.end;
      if (!tag.closed) {
        open.push(one);
        if (open.length > mostDepth) return fail(`elements are nested more than ${mostDepth} deep`);
      } else if (open.length === 0) root = one;
      else open.at(-1)?.children.push(one);
    }
  }
  if (open.length > 0) return fail(`the file ends inside <${open.at(-1)?.name}>`, text.length);
  return root ? { root } : fail('no element at all', text.length);
}

interface Tag {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly closed: boolean;
  readonly end: number;
}

const nameAt = /[A-Za-z_:][\w:.-]{0,127}/y;
const blankAt = /[ \t\r\n]*/y;

/** A start tag, or what is wrong with it. */
function readTag(text: string, from: number): Tag | string {
  const take = (pattern: RegExp, place: number): string => {
    pattern.lastIndex = place;
    return pattern.exec(text)?.[0] ?? '';
  };
  const name = take(nameAt, from + 1);
  if (name === '') return 'a name of an element was expected';
  const attributes = new Map<string, string>();
  let at = from + 1 + name.length;
  for (;;) {
    const blanks = take(blankAt, at);
    at += blanks.length;
    if (text.startsWith('/>', at)) return { name, attributes, closed: true, end: at + 2 };
    if (text.startsWith('>', at)) return { name, attributes, closed: false, end: at + 1 };
    const key = take(nameAt, at);
    if (key === '' || blanks === '') return `<${name}> is not closed`;
    at += key.length;
    at += take(blankAt, at).length;
    if (text.charAt(at) !== '=') return `${key} has no value`;
    at++;
    at += take(blankAt, at).length;
    const quote = text.charAt(at);
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1;
    if (close < 0) return `the value of ${key} is not quoted`;
    const raw = text.slice(at + 1, close);
    const value = raw.includes('<') ? undefined : withoutEntities(raw);
    if (value === undefined) return `the value of ${key} is not well-formed`;
    if (attributes.has(key)) return `${key} is given twice`;
    if (attributes.size >= mostAttributes) return `more than ${mostAttributes} attributes`;
    attributes.set(key, value.replaceAll(/[\t\r\n]/g, ' '));
    at = close + 1;
  }
}

const entities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The text with its entities replaced; nothing where one is not known. */
function withoutEntities(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let bad = false;
  const plain = text.replaceAll(/&([^;&]{0,10})(;?)/g, (_, name: string, end: string) => {
    const number = /^#(?:(\d{1,7})|x([0-9a-fA-F]{1,6}))$/.exec(name);
    const code = number ? Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 10 : 16) : undefined;
    const sign =
      code === undefined
        ? entities.get(name)
        : code > 0 && code <= 0x10_ffff
          ? String.fromCodePoint(code)
          : undefined;
    if (sign === undefined || end === '') bad = true;
    return sign ?? '';
  });
  return bad ? undefined : plain;
}
