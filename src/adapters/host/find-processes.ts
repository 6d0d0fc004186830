import { join } from 'node:path/posix';
import { type Fact, known, unknown } from '../../model/fact.ts';
import type { Listener, ProcessFacts } from '../../model/host.ts';
import { linkOf, namesIn, readBytes, textOf } from './bounded-read.ts';
import { collect } from './collect.ts';
import { type CommandLine, argumentsOf, readCommandLine } from './command-line.ts';
import { type FamilyMember, familyMember, isCheckTool, isLoader, nameOf } from './family.ts';
import { type TableCache, listenersOf } from './listeners.ts';
import { loadedProgram } from './loaded-program.ts';
import { processFacts } from './process-facts.ts';
import { statusLines } from './proc-status.ts';
import { procOf } from './process-root.ts';
import { confOf } from './configuration-path.ts';

/** A server of the family that runs on this host. */
export interface FoundProcess {
  readonly product: FamilyMember['product'];
  readonly mode: 'server' | 'cluster' | 'sentinel';
  readonly process: ProcessFacts;
  /** As the process sees it, absolute; for files of a container read it through `rootOf(pid)`. */
  readonly configuration: Fact<string>;
  readonly listeners: Fact<readonly Listener[]>;
}

/** A server that was recognised by its program. What else is known of it is read when it is asked for, and once. */
export interface SeenProcess {
  readonly pid: number;
  readonly listeners: () => Promise<Fact<readonly Listener[]>>;
  /** `undefined` when it has ended since. */
  readonly describe: () => Promise<FoundProcess | undefined>;
}

/** Never more than this many servers of one host. */
const mostServers = 256;
/** Never more than this many processes are looked at: the kernel's own default limit of pids. */
const mostProcesses = 32_768;

/**
 * All servers of the Redis family on this host, those in containers included.
 *
 * A process is known by its program's file; by its title when the program was renamed or may not be looked at, and
 * then only when its threads have the names that Redis gives them (`bio_lazy_free`, since 6.0), for a title can be
 * had by chance. A renamed server with a `proc-title-template` of its own and no address in it is not found.
 * @example const found = await findProcesses(); // found.value[0]: { product: 'redis', mode: 'server', process, … }
 */
export async function findProcesses(root = '/'): Promise<Fact<readonly FoundProcess[]>> {
  const seen = await seeProcesses(root);
  if (!seen.known) return seen;
  const found = await Promise.all(seen.value.map(({ describe }) => describe()));
  return known(
    found.flatMap((server) => server ?? []),
    seen.source,
  );
}

/** The same servers, of which nothing is read yet but what tells that they are some: for whoever wants one of them. */
export function seeProcesses(root = '/'): Promise<Fact<readonly SeenProcess[]>> {
  return collect('processes', () => {
    const proc = join(root, 'proc');
    const pids = namesIn(proc, 100_000)
      .filter((name) => /^[0-9]+$/.test(name))
      .slice(0, mostProcesses)
      .map(Number);
    if (pids.length === 0) return unknown('no-access', `no process is to be seen in ${proc}`);
    const candidates = pids.flatMap((pid) => recognise(pid, root) ?? []);
    const servers = withoutChildren(candidates, root).slice(0, mostServers);
    const cache: TableCache = new Map();
    return known(
      servers.map((server) => seenAs(server, root, cache)),
      `${proc}/*/{exe,cmdline}`,
    );
  });
}

interface Candidate {
  readonly pid: number;
  readonly exe: string | undefined;
  readonly line: CommandLine;
  readonly member: FamilyMember;
}

function recognise(pid: number, root: string): Candidate | undefined {
  const proc = procOf(pid, root);
  let argv: readonly string[];
  try {
    argv = argumentsOf(readBytes(join(proc, 'cmdline'), 65_536));
  } catch {
    return undefined;
  }
  // Kernel threads have an empty command line, and no file to ask for; nothing of the family is one.
  if (argv.length === 0) return undefined;
  const exe = linkOf(join(proc, 'exe'));
  const line = readCommandLine(argv);
  const member = memberOf(proc, exe, line);
  return member === undefined ? undefined : { pid, exe, line, member };
}

function memberOf(proc: string, exe: string | undefined, line: CommandLine): FamilyMember | undefined {
  const called = familyMember(line.program);
  const byFile = exe === undefined ? undefined : familyMember(exe);
  if (byFile !== undefined)
    return isCheckTool(line.program) ? undefined : { ...byFile, sentinel: isSentinel(byFile, called, line) };
  if (called !== undefined && (exe === undefined ? isNamed(proc, line.program) : isHost(exe))) {
    return { ...called, sentinel: isSentinel(called, called, line) };
  }
  // All of its arguments may be hidden by its title. Debian's server is one file with its check tool.
  const loaded =
    exe !== undefined && called === undefined && isLoader(exe)
      ? loadedProgram(proc, line.program)
      : undefined;
  if (loaded !== undefined && (familyMember(loaded) !== undefined || hasThreads(proc))) {
    return familyMember(loaded) ?? { product: 'redis', sentinel: line.title?.mode === 'sentinel' };
  }
  // A renamed program: its title says where it listens, its threads say what it is.
  if (line.title?.port !== undefined && hasThreads(proc))
    return { product: 'redis', sentinel: line.title.mode === 'sentinel' };
  return undefined;
}

const isSentinel = (file: FamilyMember, called: FamilyMember | undefined, line: CommandLine): boolean =>
  file.sentinel ||
  called?.sentinel === true ||
  line.title?.mode === 'sentinel' ||
  line.argv.includes('--sentinel');

/** Programs that show under another file: the loader, the check tool that Debian installs as the server, .NET. */
const isHost = (exe: string): boolean => isLoader(exe) || isCheckTool(exe) || nameOf(exe) === 'dotnet';

/** Without the right to see the file, the kernel's own short name has to agree: `sudo redis-server` is sudo. */
function isNamed(proc: string, program: string): boolean {
  const short = textOf(join(proc, 'comm'), 64)?.trimEnd();
  return short !== undefined && (nameOf(program).startsWith(short) || isHost(short));
}

function hasThreads(proc: string): boolean {
  const task = join(proc, 'task');
  try {
    return namesIn(task, 64).some((thread) => textOf(join(task, thread, 'comm'), 64) === 'bio_lazy_free\n');
  } catch {
    return false;
  }
}

/** A server that saves its data forks: the child has the same file and is no second server. */
function withoutChildren(candidates: readonly Candidate[], root: string): readonly Candidate[] {
  const known = new Map(candidates.map((candidate) => [candidate.pid, candidate]));
  return candidates.filter(({ pid, exe, line }) => {
    if (/^(redis|valkey|keydb|redict)-(rdb|aof|module|slot)-/.test(line.argv.at(-1) ?? '')) return false;
    const status = statusLines(textOf(join(procOf(pid, root), 'status')) ?? '');
    const parent = known.get(Number(status.get('PPid')));
    return parent === undefined || parent.exe !== exe || parent.line.program !== line.program;
  });
}

const once = <T>(read: () => T): (() => T) => {
  let kept: { readonly value: T } | undefined;
  return () => (kept ??= { value: read() }).value;
};

function seenAs(server: Candidate, root: string, cache: TableCache): SeenProcess {
  const { pid, line, member } = server;
  const port = line.title?.port;
  const hints = { ...(port === undefined ? {} : { port }), sentinel: member.sentinel };
  const listeners = once(() => listenersOf(pid, hints, root, cache));
  return { pid, listeners, describe: once(() => describeServer(server, root, listeners)) };
}

async function describeServer(
  { pid, line, member }: Candidate,
  root: string,
  listeners: SeenProcess['listeners'],
): Promise<FoundProcess | undefined> {
  const facts = await processFacts(pid, root);
  // It has ended since.
  if (!facts.known) return undefined;
  return {
    product: member.product,
    mode: member.sentinel ? 'sentinel' : (line.title?.mode ?? 'server'),
    process: facts.value,
    listeners: await listeners(),
    configuration: await confOf(pid, line, root),
  };
}
