/** Shorter values are found in ordinary text. */
export const SECRET_BYTES_MIN = 6;

/** The bytes that an encoder of URLs leaves as they are: those of `encodeURIComponent`, RFC 3986, Python's `quote`, `encodeURI` and forms. */
const URL_ALPHABETS: readonly RegExp[] = [
  /[\w.!~*'()-]/,
  /[\w.~-]/,
  /[\w.~/-]/,
  /[\w.!~*'();,/?:@&=+$#-]/,
  /[\w.*-]/,
];
/** How many characters programs such as `openssl` and `base64` put on a line. */
const BASE64_WIDTHS: readonly number[] = [64, 76];
/** A shorter rest of wrapped base64 is found in ordinary text. */
const WRAPPED_MIN = 8;

/** Every form in which a value is looked for: as it is, in base64, escaped for URLs and JSON, and the same of each line of it. */
export function formsOf(value: Buffer): Buffer[] {
  const whole = trimLineEnds(value.toString('latin1'));
  const lines = whole.split(/\r?\n|\r/);
  const texts = new Set([whole, lines.join('\n'), lines.join('\r\n'), ...lines]);
  const forms = new Set<string>();
  for (const text of texts) {
    if (text.length < SECRET_BYTES_MIN) continue;
    const bytes = Buffer.from(text, 'latin1');
    for (const form of [text, ...base64Of(bytes), ...urlOf(text), ...jsonOf(bytes)]) forms.add(form);
  }
  return [...forms].map((form) => Buffer.from(form, 'latin1'));
}

/** A file ends with a line feed that its secret does not have. */
function trimLineEnds(text: string): string {
  return text.replace(/^[\r\n]+/, '').replace(/[\r\n]+$/, '');
}

/** The characters that the bytes decide alone, at each of the three alignments in a longer text, and in lines. */
function base64Of(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6));
  });
  const wrapped = BASE64_WIDTHS.flatMap((width) => piecesOf(forms[0] ?? '', width));
  return [...forms, ...wrapped].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function piecesOf(text: string, width: number): string[] {
  if (text.length <= width) return [];
  const pieces = Array.from({ length: Math.ceil(text.length / width) }, (_, index) =>
    text.slice(index * width, (index + 1) * width),
  );
  return pieces.filter((piece) => piece.length >= WRAPPED_MIN);
}

/** @param text one character per byte */
function urlOf(text: string): string[] {
  const escaped = URL_ALPHABETS.flatMap((plain) =>
    [false, true].map((isLower) =>
      text.replaceAll(/./gs, (character) => {
        if (character.charCodeAt(0) < 0x80 && plain.test(character)) return character;
        const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
        return `%${isLower ? hex : hex.toUpperCase()}`;
      }),
    ),
  );
  return [...escaped, ...escaped.map((form) => form.replaceAll('%20', '+'))];
}

/** As JSON.stringify escapes, with what others escape as well: `/` (PHP), `<`, `>` and `&` (Go), and what is not ASCII (Python). */
function jsonOf(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return [];
  const json = JSON.stringify(text).slice(1, -1);
  const forms = [json, json.replaceAll('/', '\\/'), json.replaceAll(/[<>&]/g, unicodeEscape)];
  const ascii = forms.map((form) => form.replaceAll(/[\u007f-\uffff]/g, unicodeEscape));
  return [...forms, ...ascii].map((form) => Buffer.from(form, 'utf8').toString('latin1'));
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
