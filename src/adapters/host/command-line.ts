import { familyMember, isLoader, nameOf } from './family.ts';

/** What /proc/PID/cmdline says of a server. */
export interface CommandLine {
  /** Arguments as they stand, the program first; empty ones at the end are left out. */
  readonly argv: readonly string[];
  /** The program as it was called; for one started through ld.so, the program and not ld.so. */
  readonly program: string;
  /** Redis replaced its arguments by a title: `redis-server 127.0.0.1:6379 [cluster]`. */
  readonly title?: {
    readonly address: string;
    readonly port?: number;
    readonly mode?: 'cluster' | 'sentinel';
  };
  /** First argument of the program that is no option: for Redis its redis.conf. Not known below a title. */
  readonly configuration?: string;
}

/** Options of ld.so that take a value in the next argument. */
const loaderOptions = new Set([
  '--library-path',
  '--preload',
  '--argv0',
  '--inhibit-rpath',
  '--audit',
  '--glibc-hwcaps-prepend',
  '--glibc-hwcaps-mask',
]);

// `{title} {listen-addr} {server-mode}`, Redis' own template: an address is an IP or `*` with a port, or a socket's path.
const titled = /^(\S+) (\*|[0-9A-Fa-f.:]+|\S*):([0-9]{1,5})(?: \[(cluster|sentinel)\])?\s*$/;
const titledSocket = /^(\S+) (\/\S+)(?: \[(cluster|sentinel)\])?\s*$/;

/** Splits the bytes of /proc/PID/cmdline. */
export function argumentsOf(cmdline: Buffer): readonly string[] {
  const argv = cmdline.toString('utf8').split('\0');
  const last = argv.findLastIndex((argument) => argument !== '');
  return argv.slice(0, last + 1);
}

/** Reads a command line; never fails. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const own = isLoader(argv[0] ?? '') ? afterLoader(argv) : argv;
  const first = own[0] ?? '';
  const title = own.length === 1 ? readTitle(first) : undefined;
  if (title !== undefined) return { argv, program: first.slice(0, first.indexOf(' ')), title };
  const runtime = nameOf(first) === 'dotnet' && own.length > 1;
  const [program = '', ...rest] = runtime ? own.slice(1) : own;
  const configuration = rest[0] !== undefined && !rest[0].startsWith('-') ? rest[0] : flagFile(rest);
  return { argv, program, ...(configuration === undefined ? {} : { configuration }) };
}

function readTitle(text: string): CommandLine['title'] {
  const [, , address, port, mode] = titled.exec(text) ?? [];
  if (address !== undefined && Number(port) < 65_536) {
    return { address, port: Number(port), ...(isMode(mode) ? { mode } : {}) };
  }
  const [, program, socket, socketMode] = titledSocket.exec(text) ?? [];
  if (program === undefined || socket === undefined || familyMember(program) === undefined) return undefined;
  return { address: socket, ...(isMode(socketMode) ? { mode: socketMode } : {}) };
}

const isMode = (mode: string | undefined): mode is 'cluster' | 'sentinel' =>
  mode === 'cluster' || mode === 'sentinel';

/** Kvrocks: `-c FILE`; Dragonfly: `--flagfile=FILE`; Garnet: `--config-import-path FILE`. */
function flagFile(argv: readonly string[]): string | undefined {
  for (const [index, argument] of argv.entries()) {
    const [, name, value] = /^--?(c|config|flagfile|config-import-path)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name !== undefined) return value ?? argv[index + 1];
  }
  return undefined;
}

function afterLoader(argv: readonly string[]): readonly string[] {
  let index = 1;
  while (argv[index]?.startsWith('--')) index += loaderOptions.has(argv[index] ?? '') ? 2 : 1;
  return argv.slice(index);
}
