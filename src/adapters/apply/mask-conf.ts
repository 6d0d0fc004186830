import { parseConf } from '../../lang/conf/index.ts';
import { secretPartOf } from '../../model/index.ts';

/** What a redis.conf or an ACL file says, its secrets left out: comments as they are, directives as their words. */
export function maskConf(bytes: Uint8Array): readonly string[] {
  const doc = parseConf(bytes);
  return doc.lines.map((line) => {
    if (line.kind === 'directive')
      return [
        line.name,
        ...line.args.map((arg, index) =>
          secretPartOf(line.name, line.args, index) === undefined ? arg : '***',
        ),
      ].join('\0');
    // A line that nobody can split may hold anything.
    if (line.kind === 'broken') return 'broken';
    const text = Buffer.from(doc.bytes.subarray(line.start, line.end)).toString('latin1');
    // A password that was commented out is still one.
    return /pass|auth|secret|token|user/i.test(text) ? '#' : text;
  });
}
