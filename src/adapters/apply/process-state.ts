import { dirname, isAbsolute, normalize } from 'node:path/posix';
import { parseConf } from '../../lang/conf/index.ts';
import type { State } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { argumentsOf, readCommandLine } from '../host/command-line.ts';
import { isLoader } from '../host/family.ts';
import { statusLines } from '../host/proc-status.ts';
import { settingOf } from './setting.ts';
import type { Site } from './site.ts';
import { fieldsIn, textIn } from './words.ts';

/** How a server was started, as far as its host tells: enough to start it so again. */
export interface ProcessState extends State {
  readonly pid: number;
  readonly exe: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly environment: readonly string[];
  /** The file that its output goes to; absent where that is a pipe, or nowhere. */
  readonly output?: string;
  /** The program that started it, where that would start it again. */
  readonly supervisor?: string;
}

/** Programs that start again what ends below them. */
const supervisors =
  /^(supervisord|runsv|s6-supervise|supervise|monit|circusd|nodemon|pm2|dinit|containerd-shim.*|conmon|tini|docker-init|dumb-init|catatonit)$/;

/**
 * How the server was started, as it was first seen: later its files may say what it will be, and no more what it was.
 */
export async function knownProcess(site: Site): Promise<ProcessState> {
  const known = site.memory.process as ProcessState | undefined;
  if (!known?.exe) {
    const state = await processState(site);
    site.memory.process = state;
    return state;
  }
  const info = fieldsIn(textIn(await site.session.ask('INFO', 'server')) ?? '');
  return { ...known, pid: Number(info.get('process_id')) };
}

/** What the host knows of a server's process; rejects in words where it is not to be had. */
export async function processState(site: Site): Promise<ProcessState> {
  const { session, node } = site;
  const info = fieldsIn(textIn(await session.ask('INFO', 'server')) ?? '');
  const pid = Number(info.get('process_id'));
  if (!Number.isInteger(pid) || pid < 1) throw new Error(`${node.id} does not tell its process`);
  const place = site.place();
  const read = async (name: string): Promise<Buffer> =>
    (await place.read(`/proc/${pid}/${name}`))?.bytes ?? Buffer.alloc(0);
  const status = statusLines((await read('status')).toString('latin1'));
  if (!status.has('Uid'))
    throw new Error(`process ${pid} of ${node.id} is not to be seen on ${place.name}: is it in a container?`);
  // In a namespace of its own the number is another process' here.
  if ((status.get('NSpid') ?? '').split(/\s+/).length > 1)
    throw new Error(`${node.id} runs in a container: restart the container`);
  const links = await linksOf(place, pid);
  const exe = (links.exe ?? info.get('executable') ?? '').replace(/ \(deleted\)$/, '');
  if (!isAbsolute(exe)) throw new Error(`the program of process ${pid} is not to be seen: that needs root`);
  const cmdline = await read('cmdline');
  const line = readCommandLine(argumentsOf(cmdline));
  const file = info.get('config_file') ?? '';
  // One that was started through ld.so is started so again: what stands before its own words was not written over.
  const before = isLoader(line.argv[0] ?? '') ? line.argv.slice(0, -1) : [];
  const titled = line.title !== undefined || line.argv.length === 1;
  const program = before.length > 0 ? line.program : exe;
  if (titled && !isAbsolute(program))
    throw new Error(`where the program of process ${pid} lies is not to be seen`);
  const argv = titled ? [...before, ...(await wordsBehindTitle(site, program, file))] : line.argv;
  const cwd = links.cwd ?? '/';
  const { supervisor } = await parentOf(place, Number(status.get('PPid')));
  return {
    pid,
    exe,
    argv,
    cwd:
      titled || argv.slice(1).some((word) => word.startsWith('/'))
        ? await startFolder(place, file, cwd)
        : cwd,
    uid: idIn(status.get('Uid')),
    gid: idIn(status.get('Gid')),
    groups: (status.get('Groups') ?? '').split(/\s+/).filter(Boolean).map(Number),
    environment: (await read('environ'))
      .toString('latin1')
      .split('\0')
      .filter((one) => one.includes('=')),
    ...(links.output === undefined ? {} : { output: links.output }),
    ...(supervisor === undefined ? {} : { supervisor }),
  };
}

const idIn = (line: string | undefined): number => Number(line?.split(/\s+/)[1] ?? Number.NaN);

async function linksOf(
  place: Place,
  pid: number,
): Promise<{ readonly exe?: string; readonly cwd?: string; readonly output?: string }> {
  const link = (name: string): Promise<string | undefined> => place.link(`/proc/${pid}/${name}`);
  const [exe, cwd, output] = [await link('exe'), await link('cwd'), await link('fd/1')];
  const file = output?.startsWith('/') && !/^\/(dev|proc)\/| \(deleted\)$/.test(output) ? output : undefined;
  return { ...(exe ? { exe } : {}), ...(cwd ? { cwd } : {}), ...(file ? { output: file } : {}) };
}

async function parentOf(place: Place, pid: number): Promise<{ readonly supervisor?: string }> {
  try {
    const name = (await place.read(`/proc/${pid}/comm`))?.bytes.toString('latin1').trim() ?? '';
    return supervisors.test(name) ? { supervisor: name } : {};
  } catch {
    return {};
  }
}

/** What decides where a server is and what data it has: had a word of the command line said it, it would be lost. */
const decisive = [
  'port',
  'tls-port',
  'unixsocket',
  'dbfilename',
  'appendonly',
  'appendfilename',
  'cluster-enabled',
  'aclfile',
];

/** Redis writes its title over its arguments: then its file, if that alone explains what it does. */
async function wordsBehindTitle(site: Site, exe: string, file: string): Promise<readonly string[]> {
  const { node } = site;
  if (file === '')
    throw new Error(`${node.id} was started without a file, and its title hides with what words`);
  const placed = await site.place().read(file);
  if (!placed) throw new Error(`${file} is not there on ${site.place().name}`);
  const sentinel = node.mode === 'sentinel';
  if (!sentinel) {
    const { readThrough } = await import('./conf-reading.ts');
    const { settings } = await readThrough(site.place(), node, { path: file, bytes: placed.bytes });
    for (const name of decisive) {
      const now = await settingOf(site, name);
      const then = settings.get(name);
      if (now !== undefined && then !== undefined && now !== then)
        throw new Error(
          `${node.id} has another ${name} than ${file} says: it was started with words that its title hides, or changed since; started again, it would be another server`,
        );
    }
  }
  return [exe, file, ...(sentinel && !exe.endsWith('sentinel') ? ['--sentinel'] : [])];
}

/** A server goes to its `dir` when it starts; where that is relative, it must start where it did. */
async function startFolder(place: Place, file: string, cwd: string): Promise<string> {
  if (!file) return cwd;
  const bytes = (await place.read(file))?.bytes ?? Buffer.alloc(0);
  const line = parseConf(bytes, file).lines.findLast((one) => one.kind === 'directive' && one.name === 'dir');
  const dir = line?.kind === 'directive' ? normalize(line.args[0] ?? '.').replace(/\/$/, '') : '.';
  if (isAbsolute(dir)) return dirname(file);
  if (dir === '.') return cwd;
  return cwd.endsWith(`/${dir}`) ? cwd.slice(0, -dir.length - 1) || '/' : cwd;
}
