import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import type { Place } from '../place/index.ts';
import type { ProcessState } from './process-state.ts';

const setpriv = '/usr/bin/setpriv';

/** Starts a server as it was started before, in a session of its own, so that it outlives us. */
export async function launch(place: Place, state: ProcessState): Promise<void> {
  if (place.name === 'here') return launchHere(state);
  // Over there nobody waits for it; what is secret in an environment must not stand in words that all may see.
  const environment = state.environment.filter(
    (one) => !/pass|auth|secret|token|key/i.test(one.split('=')[0] ?? ''),
  );
  const words = [
    'setsid',
    '--fork',
    'env',
    '--ignore-environment',
    `--chdir=${state.cwd}`,
    ...environment,
    'setpriv',
    `--reuid=${state.uid}`,
    `--regid=${state.gid}`,
    ...(state.groups.length > 0 ? [`--groups=${state.groups.join(',')}`] : ['--clear-groups']),
    state.exe,
    ...state.argv.slice(1),
    '--daemonize',
    'yes',
  ];
  const { code } = await place.run(words, { timeout: 30_000 });
  if (code !== 0) throw new Error(`${state.exe} did not start on ${place.name} (${code})`);
}

function launchHere(state: ProcessState): Promise<void> {
  const own = process.getuid?.();
  const other = own !== undefined && (own !== state.uid || process.getgid?.() !== state.gid);
  if (other && own !== 0)
    return Promise.reject(new Error(`to start a server as account ${state.uid} needs root`));
  // Node can give it an account, but not the groups that it had.
  const wrapped = other && state.groups.length > 0 && existsSync(setpriv);
  const words = wrapped
    ? [
        setpriv,
        `--reuid=${state.uid}`,
        `--regid=${state.gid}`,
        `--groups=${state.groups.join(',')}`,
        '--',
        state.exe,
        ...state.argv.slice(1),
      ]
    : [state.exe, ...state.argv.slice(1)];
  const [program = '', ...args] = words;
  const output = state.output === undefined ? 'ignore' : openSync(state.output, 'a');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: state.cwd,
      detached: true,
      stdio: ['ignore', output, output],
      env: Object.fromEntries(
        state.environment.map((one) => {
          const equals = one.indexOf('=');
          return [one.slice(0, equals), Buffer.from(one.slice(equals + 1), 'latin1').toString('utf8')];
        }),
      ),
      ...(other && !wrapped ? { uid: state.uid, gid: state.gid } : {}),
      ...(wrapped ? {} : { argv0: state.argv[0] ?? state.exe }),
    });
    const settle = (then: () => void): void => {
      if (typeof output === 'number') closeSync(output);
      then();
    };
    child.once('error', (error: Error & { code?: string }) =>
      settle(() => reject(new Error(`${state.exe} cannot be started (${error.code ?? 'unknown error'})`))),
    );
    child.once('spawn', () => {
      child.unref();
      settle(resolve);
    });
  });
}
