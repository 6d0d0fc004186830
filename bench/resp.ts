/**
 * Our decoder beside redis-parser 3 and the one of node-redis, in one run, on the same bytes, asked for the same
 * kind of output. Every value is visited, and a string's last character is read, so that nobody is paid for work
 * that is only put off. Rounds alternate between the decoders, and a ratio is the median of the rounds' own ratios:
 * what else the machine does in a round slows all of them.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createDecoder, type RespValue } from '../src/lang/resp/index.ts';
import { median, medianBounds } from './statistics.ts';

const require = createRequire(import.meta.url);
const CHUNK = 64 * 1024;
const WARM_UP = 20;

type Mode = 'strings' | 'buffers';
type Feed = (chunk: Buffer) => void;
type Make = (mode: Mode, onReply: (reply: unknown) => void) => Feed;

export interface BenchRow {
  readonly name: string;
  /** Microseconds for one reply: the median over the rounds. */
  readonly micros: Readonly<Record<string, number>>;
  /** How many times as fast as the faster of the others: the median over the rounds, and what it may truly be. */
  readonly ratio: number;
  readonly bounds: readonly [low: number, high: number];
}

interface Reader {
  execute(chunk: Buffer): void;
}
interface RedisParser {
  new (options: object): Reader;
}
interface NodeRedis {
  readonly Decoder: new (options: object) => { write(chunk: Buffer): void };
}

function contenders(): Readonly<Record<string, Make>> {
  const Parser = require('redis-parser') as RedisParser;
  const { Decoder } = require('@redis/client/dist/lib/RESP/decoder') as NodeRedis;
  return {
    keyward(mode, onReply) {
      const decoder = createDecoder({ strings: mode === 'strings' ? 'utf8' : 'buffer' });
      return (chunk) => {
        decoder.push(chunk);
        let reply: RespValue | undefined;
        while ((reply = decoder.next()) !== undefined) onReply(reply);
        if (decoder.error !== undefined) throw new Error(decoder.error.message);
      };
    },
    'redis-parser'(mode, onReply) {
      const parser = new Parser({
        returnReply: onReply,
        returnError: onReply,
        returnBuffers: mode === 'buffers',
      });
      return (chunk) => parser.execute(chunk);
    },
    'node-redis'(mode, onReply) {
      const mapping = mode === 'buffers' ? { 36: Buffer } : {};
      const decoder = new Decoder({
        onReply,
        onErrorReply: onReply,
        onPush: onReply,
        getTypeMapping: () => mapping,
      });
      return (chunk) => decoder.write(chunk);
    },
  };
}

// Kept a 32-bit integer, so that looking costs little beside decoding.
let seen = 0;

function visit(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) look(item);
  else look(value);
}

function look(value: unknown): void {
  if (typeof value === 'string') seen = (seen + value.charCodeAt(value.length - 1)) | 0;
  else if (typeof value === 'number') seen = (seen + value) | 0;
  else seen = (seen + (value as Uint8Array).length) | 0;
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const repeat = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('');
const array = (count: number, make: (i: number) => string): string => `*${count}\r\n${repeat(count, make)}`;

// Bulk strings, integers, simple strings and empty arrays, as a server describes a command.
const command = (i: number): string =>
  `*7\r\n${bulk(`command${i}`)}:-3\r\n*3\r\n+write\r\n+denyoom\r\n+fast\r\n:1\r\n:-1\r\n:1\r\n*0\r\n`;

// Few replies to a round: a short round is seldom interrupted, and the median forgets those that are.
const workloads: readonly { name: string; reply: string; times: number }[] = [
  { name: '1 KB bulk', reply: bulk('x'.repeat(1024)), times: 512 },
  { name: '1 MB bulk', reply: bulk('x'.repeat(1024 * 1024)), times: 2 },
  { name: '1 MB bulk, not ASCII', reply: bulk('xyz é€ '.repeat(100_000)), times: 1 },
  {
    name: '100,000 bulks of 16',
    reply: array(100_000, (i) => bulk(`key:${String(i).padStart(12, '0')}`)),
    times: 1,
  },
  { name: '400 nested, as COMMAND', reply: array(400, command), times: 4 },
  { name: '100,000 integers', reply: array(100_000, (i) => `:${i * 7919}\r\n`), times: 1 },
];

const cut = (bytes: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

interface Run {
  readonly who: string;
  readonly samples: number[];
}

const samplesOf = (runs: readonly Run[], name: string): readonly number[] =>
  runs.find(({ who }) => who === name)?.samples ?? [];

/** Every row measured; `rounds` alternating rounds each, after some to warm up. */
export async function bench(rounds = 81): Promise<readonly BenchRow[]> {
  const makes = Object.entries(contenders());
  const rows: BenchRow[] = [];
  for (const { name, reply, times } of workloads) {
    const bytes = Buffer.from(reply);
    // Small replies arrive many to a chunk: a pipeline.
    const stream = bytes.length < CHUNK ? Buffer.concat(Array.from({ length: times }, () => bytes)) : bytes;
    const passes = stream === bytes ? times : 1;
    for (const mode of ['strings', 'buffers'] as const) {
      if (mode === 'buffers' && /integers|nested/.test(name)) continue;
      for (const size of [bytes.length, CHUNK]) {
        const chunks = cut(stream, size);
        const runs = makes.map(([who, make]) => {
          let replies = 0;
          const feed = make(mode, (value) => {
            replies++;
            visit(value);
          });
          return { who, feed, samples: [] as number[], count: () => replies };
        });
        for (let round = -WARM_UP; round < rounds; round++) {
          // Who goes first changes: the first may pay for the garbage of the last.
          runs.push(...runs.splice(0, 1));
          for (const { feed, samples } of runs) {
            const start = process.hrtime.bigint();
            for (let i = 0; i < passes; i++) for (const chunk of chunks) feed(chunk);
            const micros = Number(process.hrtime.bigint() - start) / 1000 / times;
            if (round >= 0) samples.push(micros);
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        for (const { who, count } of runs) {
          if (count() !== times * (rounds + WARM_UP)) throw new Error(`${who} decoded ${count()} replies`);
        }
        const micros = Object.fromEntries(makes.map(([who]) => [who, median(samplesOf(runs, who))]));
        const ours = samplesOf(runs, 'keyward');
        const ratios = Object.keys(micros)
          .filter((who) => who !== 'keyward')
          .map((who) => samplesOf(runs, who).map((time, round) => time / (ours[round] ?? time)))
          .toSorted((a, b) => median(a) - median(b));
        const how = size === CHUNK ? 'in 64 KB chunks' : 'whole';
        const [least = []] = ratios;
        rows.push({
          name: `${name}, ${mode}, ${how}`,
          micros,
          ratio: median(least),
          bounds: medianBounds(least),
        });
      }
    }
  }
  return rows;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, micros, ratio } of await bench()) {
    const times = Object.entries(micros).map(([who, time]) => `${who} ${time.toFixed(2)}`);
    console.log(`${ratio.toFixed(2)}  ${name.padEnd(50)} ${times.join('  ')} µs`);
  }
  if (seen === 0) throw new Error('nothing was decoded');
}
