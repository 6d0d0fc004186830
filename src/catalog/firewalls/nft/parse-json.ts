/** `nft -j list ruleset`, and files of commands in the same words. */
import type { Position, RuleSet } from '../../../lang/packets/index.ts';
import { jsonElements } from './json-expression.ts';
import { jsonStatement } from './json-statement.ts';
import { isObject, type Json, listOf, said, shortened, textOf } from './json-value.ts';
import { lowered } from './lower.ts';
import { printStatements } from './print-statement.ts';
import { addElements, Ruleset } from './ruleset.ts';
import { parseStatements } from './parse-statements.ts';
import type { NftTable, Statement } from './syntax.ts';
import { priorityOf } from './symbols.ts';

export interface ReadOptions {
  /** Named in every position. */
  readonly file?: string;
}

/**
 * Reads what `nft -j list ruleset` prints. Never throws: what cannot be read is told in `problems`, and a rule that is
 * not understood stays as an opaque one.
 *
 * @example parseNftJson('{"nftables":[{"metainfo":{"json_schema_version":1}},{"table":{"family":"inet","name":"f"}}]}')
 */
export function parseNftJson(text: string, options: ReadOptions = {}): RuleSet {
  const ruleset = new Ruleset();
  const { file } = options;
  const top: Position = { ...(file === undefined ? {} : { file }), text: 'nftables' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    ruleset.problem(top, `not JSON: ${error instanceof Error ? error.message : 'cut off'}`);
    return lowered(ruleset);
  }
  const entries = isObject(json) ? json['nftables'] : undefined;
  if (!Array.isArray(entries)) {
    ruleset.problem(top, 'no list named nftables: these are not the words of nft -j');
    return lowered(ruleset);
  }
  const reader = new JsonReader(ruleset, file);
  for (const entry of entries as readonly unknown[]) reader.command(entry);
  return lowered(ruleset);
}

class JsonReader {
  constructor(ruleset: Ruleset, file: string | undefined) {
    this.ruleset = ruleset;
    this.file = file;
  }
  private readonly ruleset: Ruleset;
  private readonly file: string | undefined;

  command(entry: unknown): void {
    if (!isObject(entry)) return this.ruleset.problem(this.at(entry), 'not a command of nft');
    const [pair] = Object.entries(entry);
    if (pair === undefined) return;
    const [word, body] = pair;
    switch (word) {
      case 'metainfo': {
        const version = isObject(body) ? body['json_schema_version'] : undefined;
        if (version !== undefined && version !== 1)
          this.ruleset.problem(
            this.at(body),
            `JSON schema version ${said(version)}: only version 1 is known, and what follows may mean something else`,
          );
        return;
      }
      case 'add':
      case 'create':
      case 'insert':
      case 'replace':
        return isObject(body)
          ? this.object(body, word)
          : this.ruleset.problem(this.at(body), `nothing to ${word}`);
      case 'delete':
      case 'destroy':
      case 'flush':
        return this.removal(word, isObject(body) ? body : {});
      case 'list':
      case 'reset':
      case 'rename':
        return;
      default:
        return this.object(entry, 'add');
    }
  }

  private object(entry: Json, how: string): void {
    const [pair] = Object.entries(entry);
    if (pair === undefined || !isObject(pair[1]))
      return this.ruleset.problem(this.at(entry), 'not an object of nft');
    const [kind, body] = pair;
    const at = this.at(body);
    const family = textOf(body['family']) ?? 'ip';
    if (kind === 'table') {
      const table = this.ruleset.table(family, textOf(body['name']) ?? '', at);
      if (isDormant(body)) table.dormant = true;
      return;
    }
    switch (kind) {
      case 'chain':
        return this.chain(this.tableOf(body, at), body, at);
      case 'rule':
        return this.rule(this.tableOf(body, at), body, how);
      case 'set':
      case 'map':
      case 'element':
      case 'meter': {
        const table = this.tableOf(body, at);
        const name = textOf(body['name']) ?? '';
        if (kind === 'element' && !table.sets.has(name)) this.ruleset.problem(at, `there is no set ${name}`);
        const set = this.ruleset.set(table, name, kind === 'map', at);
        if (body['auto-merge'] === true) set.merges = true;
        return addElements(set, jsonElements(listOf(body['elem'])));
      }
      case 'counter':
      case 'quota':
      case 'limit':
      case 'ct helper':
      case 'ct timeout':
      case 'ct expectation':
      case 'flowtable':
      case 'secmark':
      case 'synproxy':
      case 'tunnel':
        this.tableOf(body, at);
        return;
      default:
        return this.ruleset.problem(at, `an object of an unknown kind, ${kind}`, false);
    }
  }

  private tableOf(body: Json, at: Position): NftTable {
    return this.ruleset.known(textOf(body['family']) ?? 'ip', textOf(body['table']) ?? '', at);
  }

  private chain(table: NftTable, body: Json, at: Position): void {
    const name = textOf(body['name']) ?? '';
    const chain = this.ruleset.chain(table, name, { ...at, text: `chain ${name}` });
    const hook = textOf(body['hook']);
    if (hook !== undefined) {
      chain.hook = hook;
      chain.type = textOf(body['type']) ?? 'filter';
      const { prio } = body;
      chain.priority =
        typeof prio === 'number'
          ? prio
          : typeof prio === 'string'
            ? (priorityOf(table.family, prio) ?? 0)
            : 0;
      chain.devices = listOf(body['dev']).flatMap((device) => textOf(device) ?? []);
    }
    const policy = body['policy'];
    if (policy === 'drop' || policy === 'accept') chain.policy = policy;
  }

  private rule(table: NftTable, body: Json, how: string): void {
    const at = this.at(body);
    const chain = textOf(body['chain']) ?? '';
    const values = listOf(body['expr']);
    const statements: Statement[] = [];
    for (const value of values)
      for (const one of jsonStatement(value, (words) => parseStatements(words, this.ruleset, at)))
        statements.push(one);
    // An old nft says only that there is something of iptables', and not whether it is a match or a target.
    const last = statements.at(-1);
    if (last?.does === 'condition' && last.text === 'xt')
      statements.push({ does: 'opaque', on: 'other', text: 'xt' });
    const rule = { statements, at: { ...at, text: printStatements(statements) } };
    if (how === 'replace') this.ruleset.replace(table, chain, at.handle, rule);
    else this.ruleset.rule(table, chain, rule, how === 'insert' ? 'first' : 'last');
  }

  private removal(word: string, body: Json): void {
    const [pair] = Object.entries(body);
    const [kind = 'ruleset', value] = pair ?? [];
    const target = isObject(value) ? value : {};
    const at = this.at(target);
    const family = textOf(target['family']);
    if (kind === 'ruleset') return this.ruleset.flush(family);
    const name = textOf(target['name']) ?? '';
    if (kind === 'table')
      return word === 'flush'
        ? this.ruleset.flushTable(family ?? 'ip', name, at)
        : this.ruleset.dropTable(family ?? 'ip', name, at, word === 'destroy');
    const table = this.tableOf(target, at);
    if (kind === 'chain') return this.ruleset.removeChain(table, name, word, at);
    if (kind === 'rule') return this.ruleset.removeRule(table, textOf(target['chain']) ?? '', at.handle, at);
    if (kind === 'set' || kind === 'map') return this.ruleset.removeSet(table, name, word, at);
    this.ruleset.problem(at, `${word} ${kind} is not followed`, false);
  }

  private at(body: unknown): Position {
    const handle = isObject(body) ? body['handle'] : undefined;
    return {
      ...(this.file === undefined ? {} : { file: this.file }),
      ...(typeof handle === 'number' ? { handle } : {}),
      text: isObject(body)
        ? shortened([body['table'], body['name'] ?? body['chain']].map(textOf).filter(Boolean).join(' '))
        : said(body),
    };
  }
}

/** nft 1.0.6 writes the name of the table where the flag should stand; the other flags, owner and persist, are rare. */
const isDormant = ({ flags, name }: Json): boolean =>
  listOf(flags).some((flag) => flag === 'dormant' || (typeof flags === 'string' && flag === name));
