/** One line of the table that `ufw status` prints, taken apart. */

export interface StatusLine {
  /** Of the numbered form. */
  readonly number?: number;
  readonly to: string;
  readonly action: 'ALLOW' | 'DENY' | 'REJECT' | 'LIMIT';
  readonly way: 'in' | 'out' | 'forward';
  readonly from: string;
}

/** The columns are padded to 26 and 13 signs and grow with what is in them: the action stands between blanks. */
const shape = /^(?:\[ *(\d{1,6})\] )?(\S.*?) +(ALLOW|DENY|REJECT|LIMIT)(?: (IN|OUT|FWD))? +(\S.*)$/;

/**
 * Nothing for a line that is none of a rule.
 *
 * @example readStatusLine('6379/tcp   ALLOW IN    10.0.0.0/8')?.from // '10.0.0.0/8'
 */
export function readStatusLine(line: string): StatusLine | undefined {
  const comment = line.indexOf(' # ');
  const text = (comment < 0 ? line : line.slice(0, comment)).trim();
  const found = text.length > 1000 ? null : shape.exec(text);
  if (found === null) return undefined;
  const [, number, to = '', action = '', way, rest = ''] = found;
  // Logging and direction in brackets at the end say nothing new.
  const from = rest.replace(/ +\((?:log|log-all|out|in|, ){1,5}\)$/, '').trim();
  return {
    ...(number === undefined ? {} : { number: Number(number) }),
    to,
    action: action as StatusLine['action'],
    way: way === 'OUT' ? 'out' : way === 'FWD' ? 'forward' : 'in',
    from,
  };
}

export interface Place {
  /** CIDR; absent: anywhere. */
  readonly address?: string;
  /** As written: `6379`, `22,80:90`; absent: any. */
  readonly ports?: string;
  readonly protocol?: string;
  readonly interface?: string;
  readonly six: boolean;
  /** An application profile, whose ports this form of the list does not tell. */
  readonly profile?: string;
}

const portList = /^\d{1,5}(?::\d{1,5})?(?:,\d{1,5}(?::\d{1,5})?){0,31}$/;

/** One side of a rule: `192.168.1.1 6379/tcp (v6) on eth0`, `Anywhere`, `OpenSSH`. */
export function readPlace(text: string): Place {
  const words = text.split(' ').filter(Boolean);
  let six = false;
  let address: string | undefined;
  let ports: string | undefined;
  let protocol: string | undefined;
  let device: string | undefined;
  const on = words.indexOf('on');
  if (on >= 0 && on === words.length - 2) {
    device = words[on + 1];
    words.splice(on);
  }
  const name: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word === '(v6)' || word === '(v6))') six = true;
    else if (ports !== undefined && (word.startsWith('(') || word.endsWith(')'))) continue;
    else {
      const slash = word.lastIndexOf('/');
      const tail = slash < 0 ? '' : word.slice(slash + 1);
      const named = /^[a-z][a-z0-9]{0,9}$/.test(tail);
      const head = named ? word.slice(0, slash) : word;
      if (head === 'Anywhere') [protocol] = [named ? tail : protocol];
      else if (portList.test(head)) [ports, protocol] = [head, named ? tail : protocol];
      else if (index === 0 && /^[0-9a-fA-F:.]{2,45}(?:\/[0-9.]{1,15})?$/.test(head) && /[.:]/.test(head)) {
        address = head;
        if (named) protocol = tail;
      } else name.push(word);
    }
  }
  return {
    six: six || address?.includes(':') === true,
    ...(address === undefined ? {} : { address }),
    ...(ports === undefined ? {} : { ports }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(device === undefined ? {} : { interface: device }),
    ...(name.length === 0 ? {} : { profile: name.join(' ') }),
  };
}
