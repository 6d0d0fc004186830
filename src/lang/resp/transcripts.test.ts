import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCommandDecoder, createDecoder, encode, type RespValue } from './index.ts';

/** What was sent to real servers and what they answered, byte for byte: lines of `> "…"` and `< "…"`. */
const root = new URL('../../../test/fixtures/transcripts/', import.meta.url);

interface Exchange {
  readonly where: string;
  readonly sent: string;
  readonly answer: string;
}

function exchanges(wanted: (file: string) => boolean): readonly Exchange[] {
  const found: Exchange[] = [];
  const servers = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: server } of servers) {
    for (const file of readdirSync(new URL(`${server}/`, root)).filter(wanted)) {
      let sent = '';
      for (const line of readFileSync(new URL(`${server}/${file}`, root), 'utf8').split('\n')) {
        const [, direction, quoted] = /^([<>]) ("(?:[^"\\]|\\.)*")(?: closed=\w+)?$/.exec(line) ?? [];
        if (quoted === undefined) continue;
        const text = String(JSON.parse(quoted));
        if (direction === '>') sent = text;
        else found.push({ where: `${server}/${file}`, sent, answer: text });
      }
    }
  }
  return found;
}

describe('what real servers answered', () => {
  it('is decoded to the last byte, and encodes to the same bytes again', () => {
    const all = exchanges((file) => file.endsWith('.txt'));
    expect(all.length).toBeGreaterThan(400);
    for (const { where, answer } of all) {
      const bytes = Buffer.from(answer, 'latin1');
      const decoder = createDecoder({ strings: 'latin1' });
      decoder.push(bytes);
      const values: RespValue[] = [];
      let value: RespValue | undefined;
      while ((value = decoder.next()) !== undefined) values.push(value);
      expect([where, decoder.error, decoder.pending.bytes]).toEqual([where, undefined, 0]);
      const again = values.map((each) => encode(each, { strings: 'latin1' }));
      // The one thing that is not kept: which of the three nulls it was.
      if (!answer.includes('$-1\r\n') && !answer.includes('*-1\r\n')) {
        expect([where, Buffer.concat(again).toString('latin1')]).toEqual([where, answer]);
      }
    }
  });

  it('to broken commands is what the command decoder says of them', () => {
    const messages = new Set<string>();
    const all = exchanges((file) => file === 'raw-open.txt' || file === 'raw-requirepass.txt');
    for (const { where, sent, answer } of all) {
      const refused = /^-ERR Protocol error: (.*)\r\n$/.exec(answer)?.[1];
      if (refused === undefined) continue;
      const decoder = createCommandDecoder({ authenticated: where.endsWith('raw-open.txt') });
      decoder.push(Buffer.from(sent, 'latin1'));
      expect(decoder.next()).toBeUndefined();
      expect([where, sent, decoder.error?.message]).toEqual([where, sent, refused]);
      messages.add(refused);
    }
    expect([...messages].toSorted()).toEqual([
      "expected '$', got 'P'",
      'invalid bulk length',
      'invalid multibulk length',
      'unauthenticated bulk length',
      'unauthenticated multibulk length',
      'unbalanced quotes in request',
    ]);
  });
});
