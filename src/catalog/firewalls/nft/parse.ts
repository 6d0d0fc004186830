/**
 * nft's native text: what `nft list ruleset` prints, and files that people write for `nft -f`, with their commands,
 * variables and includes. A statement that cannot be read makes its rule opaque and is told as a fatal problem, for nft
 * loads nothing of such a file. One grammar, whose parts call each other: that is why it is one long file.
 */
import type { Position, RuleSet } from '../../../lang/packets/index.ts';
import { shortened } from './json-value.ts';
import { Lexer } from './lexer.ts';
import { lowered } from './lower.ts';
import { elementList, expression, name, primary } from './parse-expression.ts';
import {
  fail,
  isSign,
  isWord,
  need,
  numeral,
  type Source,
  skipEnds,
  take,
  takeWord,
  Unreadable,
} from './source.ts';
import type { ReadOptions } from './parse-json.ts';
import { parseRule, skipRest } from './parse-statements.ts';
import { addElements, Ruleset } from './ruleset.ts';
import type { Expression, NftChain, NftSet, NftTable } from './syntax.ts';
import { priorityOf } from './symbols.ts';

/** A file that an `include` names. */
export interface Included {
  readonly file: string;
  readonly text: string;
}

export interface NftOptions extends ReadOptions {
  /** Files for the name or pattern of an `include`, in order; `undefined`: there is none, or it cannot be read. */
  readonly include?: (pattern: string) => readonly Included[] | undefined;
}

/**
 * Reads a ruleset in nft's native text. Never throws.
 *
 * @example parseNft('table inet f { chain in { type filter hook input priority 0; policy drop; } }', { file: 'a.nft' })
 */
export function parseNft(text: string, options: NftOptions = {}): RuleSet {
  const ruleset = new Ruleset();
  readText(text, options.file, { ruleset, variables: new Map(), options, depth: 0 });
  return lowered(ruleset);
}

interface Reading {
  readonly ruleset: Ruleset;
  readonly variables: Map<string, Expression>;
  readonly options: NftOptions;
  readonly depth: number;
}

const families = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);
const objects = new Set(['counter', 'quota', 'limit', 'ct', 'synproxy', 'secmark', 'flowtable', 'tunnel']);

function readText(text: string, file: string | undefined, reading: Reading): void {
  new Reader(text, file, reading).read();
}

class Reader {
  constructor(text: string, file: string | undefined, reading: Reading) {
    this.reading = reading;
    this.file = file;
    this.source = { lexer: new Lexer(text), variables: reading.variables, depth: 0 };
    this.lexer = this.source.lexer;
    this.ruleset = reading.ruleset;
  }
  private readonly reading: Reading;
  private readonly file: string | undefined;
  private readonly source: Source;
  private readonly lexer: Lexer;
  private readonly ruleset: Ruleset;
  /** A block may give a name of its own that is known outside; twice in one place is refused. */
  private defined = new Set<string>();

  read(): void {
    while (this.lexer.kind !== 'eof') {
      if (this.lexer.kind === 'end') this.lexer.advance();
      else this.guarded(() => this.command());
    }
    if (this.lexer.cutOff) this.ruleset.problem(this.here(), 'nft wants the end of the line after a comment');
  }

  private here(
    text = this.lexer.text.slice(this.lexer.start, this.lexer.start + 160).split('\n', 1)[0] ?? '',
  ): Position {
    return {
      ...(this.file === undefined ? {} : { file: this.file }),
      line: this.lexer.line,
      text: shortened(text),
    };
  }

  /** What cannot be read is told, and its line passed over. */
  private guarded(read: () => void): void {
    const { start } = this.lexer;
    const begin = this.lexer.mark();
    const { depth } = this.source;
    try {
      read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.ruleset.problem(this.here(), `${error.message} (column ${this.lexer.column})`);
      this.source.depth = depth;
      if (this.lexer.now() === 'eof') return;
      this.lexer.back(begin);
      skipRest(this.source);
      // Never stand still.
      if (this.lexer.start === start || isSign(this.source, '}')) this.lexer.advance();
    }
  }

  /** After a command: the end of its line. */
  private ended(): void {
    if (this.lexer.kind !== 'end' && this.lexer.kind !== 'eof' && !isSign(this.source, '}'))
      fail(this.source, 'the end of the line');
  }

  private command(): void {
    const { lexer, source } = this;
    if (lexer.kind !== 'word') fail(source, 'a command');
    if (this.common()) return;
    const how = lexer.value;
    if (['add', 'create', 'insert', 'replace'].includes(how)) lexer.advance();
    else if (['delete', 'destroy', 'flush'].includes(how)) {
      lexer.advance();
      return this.removal(how);
    } else if (['list', 'reset', 'monitor', 'describe', 'export', 'import', 'rename'].includes(how)) {
      if (how === 'rename') this.ruleset.problem(this.here(), 'rename is not followed', false);
      return skipRest(source);
    }
    const what = lexer.kind === 'word' ? lexer.value : '';
    if (families.has(what)) return this.addRule(how);
    if (objects.has(what)) {
      lexer.advance();
      return skipRest(source);
    }
    switch (what) {
      case 'table':
        lexer.advance();
        return this.table(how);
      case 'chain': {
        lexer.advance();
        const table = this.tableName();
        return this.chain(table);
      }
      case 'rule':
        lexer.advance();
        return this.addRule(how);
      case 'set':
      case 'map': {
        lexer.advance();
        const table = this.tableName();
        return this.set(table, what === 'map');
      }
      case 'element': {
        const at = this.here();
        lexer.advance();
        const table = this.tableName();
        const setName = name(source);
        const set = table.sets.get(setName);
        if (set === undefined) this.ruleset.problem(at, `there is no set ${setName}`);
        addElements(set ?? this.ruleset.set(table, setName, false, at), this.elements());
        return this.ended();
      }
      default:
        if (this.ruleset.tables.has(`ip ${what}`)) return this.addRule(how);
        return how === 'add' || how === 'create' || how === 'insert'
          ? this.addRule(how)
          : fail(source, 'a command');
    }
  }

  /** What may stand anywhere: `define` and `include`. */
  private common(): boolean {
    const { lexer, source } = this;
    if (isWord(source, 'define') || isWord(source, 'redefine')) {
      const again = lexer.value === 'redefine';
      lexer.advance();
      const { value: variable } = lexer;
      if (lexer.kind !== 'word') fail(source, 'the name of a variable');
      lexer.advance();
      need(source, '=');
      if (!again && this.defined.has(variable))
        this.ruleset.problem(this.here(), `the variable ${variable} is defined a second time`);
      this.defined.add(variable);
      source.variables.set(variable, this.definition());
      this.endedByLine();
      return true;
    }
    if (isWord(source, 'undefine')) {
      lexer.advance();
      source.variables.delete(lexer.value);
      lexer.advance();
      return true;
    }
    if (!isWord(source, 'include')) return false;
    const at = this.here();
    lexer.advance();
    if (lexer.kind !== 'quoted') fail(source, 'the name of a file in quotes');
    const pattern = lexer.value;
    lexer.advance();
    this.endedByLine();
    this.include(pattern, at);
    return true;
  }

  private endedByLine(): void {
    if (this.lexer.kind !== 'end') fail(this.source, 'the end of the line');
  }

  private include(pattern: string, at: Position): void {
    const { include } = this.reading.options;
    if (this.reading.depth >= 15) return this.ruleset.problem(at, 'includes are nested too deeply');
    if (include === undefined)
      return this.ruleset.problem(
        at,
        `the included ${pattern} is not at hand: its rules are not known`,
        false,
      );
    const files = include(pattern);
    const isPattern = /[*?[]/.test(pattern);
    if (files === undefined || (files.length === 0 && !isPattern))
      return this.ruleset.problem(at, `there is no file ${pattern} to include`);
    for (const { file, text } of files)
      readText(text, file, { ...this.reading, depth: this.reading.depth + 1 });
  }

  private definition(): Expression {
    const { source } = this;
    const mark = this.lexer.mark();
    if (take(source, '{') && take(source, '}')) return { is: 'set', elements: { packed: [], list: [] } };
    this.lexer.back(mark);
    const first = expression(source, false);
    if (!isSign(source, ',')) return first;
    const items = [first];
    while (take(source, ',')) {
      skipEnds(source);
      items.push(expression(source, false));
    }
    return { is: 'list', items };
  }

  private tableName(): NftTable {
    const at = this.here();
    const [family, own] = this.familyAndName();
    return this.ruleset.known(family, own, at);
  }

  private familyAndName(): readonly [string, string] {
    const { lexer, source } = this;
    if (lexer.kind !== 'word' || !families.has(lexer.value)) return ['ip', name(source)];
    const family = lexer.value;
    lexer.advance();
    return [family, name(source)];
  }

  private table(how: string): void {
    const { lexer, source } = this;
    const at = this.here();
    const [family, own] = this.familyAndName();
    if (how === 'create' && this.ruleset.tables.has(`${family} ${own}`))
      this.ruleset.problem(at, `table ${family} ${own} is there already`);
    const table = this.ruleset.table(family, own, at);
    if (!take(source, '{')) return this.ended();
    this.inBlock(() => {
      if (this.common()) return;
      const { kind, value } = lexer;
      if (kind !== 'word') fail(source, 'a chain, a set or an object');
      lexer.advance();
      if (value === 'chain') this.chain(table);
      else if (value === 'set' || value === 'map') this.set(table, value === 'map');
      else if (value === 'flags') {
        if (isWord(source, 'dormant')) table.dormant = true;
        this.skipList();
      } else if (value === 'comment') lexer.advance();
      else if (value === 'meter' || objects.has(value)) skipRest(source);
      else fail(source, 'a chain, a set or an object');
    });
    this.ended();
  }

  private skipList(): void {
    do this.lexer.advance();
    while (take(this.source, ','));
  }

  /** Reads lines up to the closing brace. */
  private inBlock(line: () => void, closes: () => boolean = () => false): void {
    const { lexer, source } = this;
    const outside = this.defined;
    this.defined = new Set();
    for (;;) {
      while (lexer.kind === 'end') lexer.advance();
      if (take(source, '}')) {
        this.defined = outside;
        return;
      }
      if (lexer.kind === 'eof') fail(source, '"}"');
      const { start } = lexer;
      const begin = lexer.mark();
      try {
        line();
        // Until 1.0.6 at least; what follows is clear all the same.
        if (isSign(source, '}') && !closes())
          this.ruleset.problem(this.here(), 'nft wants the end of the line, or ";", before this "}"');
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        if (lexer.now() === 'eof') throw error;
        this.ruleset.problem(this.here(), `${error.message} (column ${lexer.column})`);
        lexer.back(begin);
        skipRest(source);
        if (lexer.start === start) lexer.advance();
      }
    }
  }

  private chain(table: NftTable): void {
    const { lexer, source } = this;
    const own = name(source);
    const chain = this.ruleset.chain(table, own, this.here(`chain ${own}`));
    if (!take(source, '{')) {
      if (lexer.kind === 'word' && lexer.value === 'comment') skipRest(source);
      return this.ended();
    }
    this.inBlock(() => {
      if (this.common()) return;
      if (isWord(source, 'type')) return this.hook(chain, table);
      if (takeWord(source, 'policy')) return this.policy(chain);
      if (isWord(source, 'device') || isWord(source, 'devices')) return this.devices(chain);
      if (isWord(source, 'flags') || isWord(source, 'comment')) return skipRest(source);
      const rule = parseRule(
        source,
        (reason, at) => this.ruleset.problem(at, reason),
        this.file === undefined ? { text: '' } : { file: this.file, text: '' },
      );
      this.ruleset.rule(table, own, rule);
    });
    this.ended();
  }

  private policy(chain: NftChain): void {
    const value = primary(this.source, false);
    const word = value.is === 'word' ? value.word : '';
    if (word !== 'accept' && word !== 'drop') return fail(this.source, 'policy accept or drop before this');
    chain.policy = word;
    this.ended();
  }

  /** `type filter hook input [device eth0] priority filter - 10;` */
  private hook(chain: NftChain, table: NftTable): void {
    const { lexer, source } = this;
    lexer.advance();
    chain.type = name(source);
    if (!['filter', 'nat', 'route'].includes(chain.type))
      fail(source, 'type filter, nat or route before this');
    if (!takeWord(source, 'hook')) fail(source, '"hook"');
    chain.hook = name(source);
    if (isWord(source, 'device') || isWord(source, 'devices')) this.devices(chain);
    if (!takeWord(source, 'priority')) fail(source, '"priority"');
    chain.priority = this.priority(table, chain.hook);
    this.ended();
  }

  private devices(chain: NftChain): void {
    const { source, lexer } = this;
    lexer.advance();
    take(source, '=');
    const value = primary(source, false);
    const items = value.is === 'set' ? value.elements.list.map(({ key }) => key) : [value];
    chain.devices = items.flatMap((item): readonly string[] => {
      if (item.is === 'set')
        return item.elements.list.flatMap(({ key }) => (key.is === 'word' ? [key.word] : []));
      return item.is === 'word' ? [item.word] : [];
    });
  }

  private priority(table: NftTable, hook: string): number {
    const { source } = this;
    const minus = take(source, '-');
    const value = primary(source, false);
    if (value.is === 'number') return Number(value.value) * (minus ? -1 : 1);
    if (value.is !== 'word') return fail(source, 'a priority before this');
    const known = priorityOf(table.family, value.word);
    const wrongHook =
      (value.word === 'srcnat' && hook !== 'postrouting') ||
      (value.word === 'dstnat' && hook !== 'prerouting') ||
      (value.word === 'out' && hook !== 'output');
    if (known === undefined || wrongHook)
      throw new Unreadable(`${value.word} is no priority of family ${table.family} at hook ${hook}`);
    const sign = take(source, '-') ? -1 : take(source, '+') ? 1 : 0;
    return sign === 0 ? known : known + sign * (numeral(source) ?? fail(source, 'a number'));
  }

  private set(table: NftTable, map: boolean): void {
    const { lexer, source } = this;
    const own = name(source);
    const set = this.ruleset.set(table, own, map, this.here(`${map ? 'map' : 'set'} ${own}`));
    if (!take(source, '{')) return this.ended();
    // Elements end with their own brace, and need no more.
    let elements = false;
    this.inBlock(
      () => {
        if (this.common()) return;
        elements = takeWord(source, 'elements');
        if (elements) {
          need(source, '=');
          addElements(set, this.elements());
          this.ended();
        } else if (lexer.kind === 'word') this.setProperty(set);
        else fail(source, 'a property of a set');
      },
      () => elements,
    );
    this.ended();
  }

  private setProperty(set: NftSet): void {
    const known =
      'type typeof flags timeout gc-interval size policy auto-merge comment counter limit quota ct last';
    if (!known.split(' ').includes(this.lexer.value)) fail(this.source, 'a property of a set');
    if (this.lexer.value === 'auto-merge') set.merges = true;
    skipRest(this.source);
  }

  private elements() {
    const { source } = this;
    if (isSign(source, '{')) return elementList(source);
    const value = primary(source, false);
    if (value.is === 'set') return value.elements;
    return { packed: [], list: [{ key: value }] };
  }

  /** `add rule inet filter input [handle 5|position 5|index 2] …` */
  private addRule(how: string): void {
    const { source } = this;
    const table = this.tableName();
    const chain = name(source);
    let place: number | undefined;
    let index: number | undefined;
    if (takeWord(source, 'handle') || takeWord(source, 'position')) place = numeral(source);
    else if (takeWord(source, 'index')) index = numeral(source);
    const base: Position = this.file === undefined ? { text: '' } : { file: this.file, text: '' };
    const rule = parseRule(source, (reason, at) => this.ruleset.problem(at, reason), base);
    if (how === 'replace') return this.ruleset.replace(table, chain, place, rule);
    if (place !== undefined || index !== undefined)
      return this.ruleset.place(table, chain, rule, place, index, how === 'insert' ? 0 : 1);
    this.ruleset.rule(table, chain, rule, how === 'insert' ? 'first' : 'last');
  }

  private removal(how: string): void {
    const { lexer, source } = this;
    const at = this.here();
    const what = lexer.kind === 'word' ? lexer.value : fail(source, 'what to delete');
    lexer.advance();
    if (what === 'ruleset') {
      const family = lexer.kind === 'word' ? lexer.value : undefined;
      if (family !== undefined) lexer.advance();
      this.ruleset.flush(family);
      return this.ended();
    }
    if (what === 'table') {
      if (takeWord(source, 'handle')) return skipRest(source);
      const [family, own] = this.familyAndName();
      if (how === 'flush') this.ruleset.flushTable(family, own, at);
      else this.ruleset.dropTable(family, own, at, how === 'destroy');
      return this.ended();
    }
    if (['chain', 'rule', 'set', 'map'].includes(what)) {
      const table = this.tableName();
      if (takeWord(source, 'handle')) return skipRest(source);
      const own = name(source);
      if (what === 'chain') this.ruleset.removeChain(table, own, how, at);
      else if (what === 'rule') {
        takeWord(source, 'handle');
        this.ruleset.removeRule(table, own, numeral(source), at);
      } else this.ruleset.removeSet(table, own, how, at);
      return this.ended();
    }
    if (what === 'element' || (!objects.has(what) && what !== 'chains'))
      this.ruleset.problem(at, `${how} ${what} is not followed`, false);
    skipRest(source);
  }
}
