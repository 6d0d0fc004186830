import { spawn } from 'node:child_process';

/** Milliseconds. */
const patience = 10_000;

/** What a program prints. No shell. @throws Error with its first words of complaint */
export function run([program = '', ...args]: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: patience });
    let out = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(0, 2000)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(complaint.trim().split('\n', 1)[0] || `${program} ended with ${code}`));
    });
    // A program that reads nothing closes its end early.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
