/** `/etc/default/ufw` and `ufw.conf`: lines of the shell, of which only assignments of plain words are meant to be there. */

export interface ShellSetting {
  readonly value: string;
  readonly line: number;
  /** As it was written. */
  readonly text: string;
  /** The shell would work it out; we do not. */
  readonly computed: boolean;
}

const mostLines = 10_000;
const longestText = 300;

/**
 * What the assignments of a file set; of several to one name the last counts.
 *
 * @example readShellSettings('IPV6="yes"\n').get('IPV6')?.value // 'yes'
 */
export function readShellSettings(text: string): ReadonlyMap<string, ShellSetting> {
  const found = new Map<string, ShellSetting>();
  for (const [index, raw] of text.split('\n', mostLines).entries()) {
    const line = raw.trim().replace(/^export[ \t]{1,8}/, '');
    const equals = line.indexOf('=');
    const name = line.slice(0, equals);
    if (equals < 1 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    const { value, computed } = readWord(line.slice(equals + 1));
    // A line end of Windows is a part of the word.
    const windows = raw.endsWith('\r') && !line.endsWith('\r');
    found.set(name, {
      value: windows ? `${value}\r` : value,
      line: index + 1,
      text: line.slice(0, longestText),
      computed,
    });
  }
  return found;
}

/** One word of the shell: quoted parts and bare ones, up to a blank. */
function readWord(text: string): { readonly value: string; readonly computed: boolean } {
  let value = '';
  let quote = '';
  let computed = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quote === '' && (/[ \t;&|]/.test(sign) || (sign === '#' && at === 0))) break;
    if (sign === quote) quote = '';
    else if (quote === '' && (sign === '"' || sign === "'")) quote = sign;
    else if (sign === '\\' && quote !== "'") value += text.charAt(++at);
    else {
      if ((sign === '$' || sign === '`') && quote !== "'") computed = true;
      value += sign;
    }
  }
  return { value, computed };
}
