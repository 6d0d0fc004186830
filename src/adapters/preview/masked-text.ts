import { decodeText } from '../../lang/conf/index.ts';
import { printable } from '../../lang/text/index.ts';
import { scrubWords } from '../host/scrub-arguments.ts';
import { hidden, shownConf, type ShownFile } from './masked-conf.ts';

/** Any other text: a unit file, a script, what stood there before. Words that carry a secret are hidden by their names. */
export function shownText(bytes: Uint8Array): ShownFile {
  const text = decodeText(bytes);
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  const keys = insideKeys(lines);
  const conf = shownConf(bytes);
  return {
    lines,
    show: (index) => {
      const line = lines[index] ?? '';
      if (keys.has(index)) return hidden;
      // It may be a configuration by another name.
      const asConf = /^\s*[\w-]+\s*=/.test(line) ? line : conf.show(index);
      return asConf === line ? printable(scrubAssignment(line), 2000) : asConf;
    },
  };
}

/** `password = x` and `PASSWORD: x` of INI and YAML; all else as on a command line. */
function scrubAssignment(line: string): string {
  const [, label, value] =
    /^(\s{0,80}(?:[\w.-]{0,80}(?:pass|passwd|password|auth|secret|token|key))\s{0,20}[:=]\s{0,20})(\S.*)$/i.exec(
      line,
    ) ?? [];
  // A path or a URL without a password is no secret: `key = /etc/stunnel/client.key`.
  if (label !== undefined && value !== undefined && !value.startsWith('/')) return label + hidden;
  if (line.length > 4000) return hidden;
  // `Environment="REDIS_PASSWORD=…"` of a unit file.
  const [directive = ''] = /^[A-Z][A-Za-z]{0,40}=/.exec(line) ?? [];
  return directive + scrubWords(line.slice(directive.length));
}

/** Lines of private keys in PEM. */
function insideKeys(lines: readonly string[]): ReadonlySet<number> {
  const inside = new Set<number>();
  let open = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('-----END ')) open = false;
    if (open) inside.add(index);
    if (/^-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line)) open = true;
  }
  return inside;
}
