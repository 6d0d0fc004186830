/** Addresses as C's inet_pton and inet_aton read them. */

/** Four decimal numbers, no leading zero. */
export const isIpv4 = (text: string): boolean => {
  const parts = text.split('.', 5);
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  );
};

export function isIpv6(text: string): boolean {
  if (text.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(text) || !text.includes(':')) return false;
  return URL.canParse(`http://[${text}]/`);
}

/** What resolves without a name server: also the short, octal and hexadecimal forms of IPv4, and `%zone`. */
export function isNumericAddress(text: string): boolean {
  if (isIpv4(text) || isIpv6(text.replace(/%[\w.-]{1,16}$/, ''))) return true;
  const parts = text.split('.', 5);
  const numbers = parts.map((part) =>
    /^(?:0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,11})$/.test(part) ? toNumber(part) : NaN,
  );
  const last = numbers.pop() ?? NaN;
  return parts.length < 5 && numbers.every((number) => number < 256) && last < 256 ** (5 - parts.length);
}

function toNumber(part: string): number {
  if (/^0[0-9]/.test(part)) return /^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : NaN;
  return Number(part);
}
