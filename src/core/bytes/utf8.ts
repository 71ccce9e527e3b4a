/** How many bytes at the end begin a UTF-8 character whose rest may still come: 0 to 3. No reader waits for other bytes. */
export function incompleteUtf8Length(bytes: Buffer): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length += 1) {
    const start = bytes.length - length;
    const lead = bytes.readUInt8(start);
    if (lead >= 0x80 && lead < 0xc0) continue;
    const second = length > 1 ? bytes.readUInt8(start + 1) : undefined;
    return length < characterLength(lead) && mayFollow(lead, second) ? length : 0;
  }
  return 0;
}

/** How long a character is that begins with `lead`; 0 when none does (RFC 3629, 4). */
function characterLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/** RFC 3629, 4: no overlong forms, no surrogates, nothing above U+10FFFF. */
function mayFollow(lead: number, second: number | undefined): boolean {
  if (second === undefined) return true;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second <= 0x8f;
  return true;
}
