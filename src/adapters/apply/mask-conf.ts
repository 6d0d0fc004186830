import { parseConf } from '../../lang/conf/index.ts';
import { namesSecret } from '../../model/index.ts';

const sentinelSecrets: ReadonlySet<string> = new Set(['auth-pass', 'sentinel-pass']);

/** Which words of a line are secrets. Over-cautious where a name is not known. */
function isSecretAt(name: string, args: readonly string[], index: number): boolean {
  if (name === 'rename-command') return index === 1;
  if (name === 'user') return index > 0 && /^[><#!]/.test(args[index] ?? '');
  if (name === 'sentinel')
    return sentinelSecrets.has(args[0]?.toLowerCase() ?? '') && index === args.length - 1;
  if (name === 'loadmodule') return index > 0 && namesSecret(args[index - 1] ?? '');
  return namesSecret(name);
}

/** What a redis.conf or an ACL file says, its secrets left out: comments as they are, directives as their words. */
export function maskConf(bytes: Uint8Array): readonly string[] {
  const doc = parseConf(bytes);
  return doc.lines.map((line) => {
    if (line.kind === 'directive')
      return [
        line.name,
        ...line.args.map((arg, index) =>
          arg !== '' && isSecretAt(line.name, line.args, index) ? '***' : arg,
        ),
      ].join('\0');
    // A line that nobody can split may hold anything.
    if (line.kind === 'broken') return 'broken';
    const text = Buffer.from(doc.bytes.subarray(line.start, line.end)).toString('latin1');
    // A password that was commented out is still one.
    return /pass|auth|secret|token|user/i.test(text) ? '#' : text;
  });
}
