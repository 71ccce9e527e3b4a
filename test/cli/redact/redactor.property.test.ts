import fc from 'fast-check';
import { RedactionTally, Redactor } from '../../../src/cli/redact/redactor';
import { formsOf, SECRET_BYTES_MIN } from '../../../src/cli/redact/secret-forms';
import { SecretIndex } from '../../../src/cli/redact/secret-index';

/** Few different bytes, so that secrets overlap, repeat, and begin in the middle of each other. */
const letters = fc.constantFrom('a', 'b', '\n', '/', '<');
const secret = fc
  .array(letters, { minLength: SECRET_BYTES_MIN, maxLength: 14 })
  .map((all) => Buffer.from(all.join('')));
const secrets = fc.array(secret, { minLength: 1, maxLength: 4 });

/** The definition, byte by byte: what belongs to any form is one mark per run. */
function redactWhole(text: Buffer, values: readonly Buffer[]): string {
  const isSecret = new Array<boolean>(text.length).fill(false);
  for (const form of values.flatMap(formsOf))
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1))
      isSecret.fill(true, at, at + form.length);
  let result = '';
  for (const [at, byte] of text.entries()) {
    if (!isSecret[at]) result += String.fromCharCode(byte);
    else if (!isSecret[at - 1]) result += '***';
  }
  return result;
}

function redactInPieces(pieces: readonly Buffer[], values: readonly Buffer[]): string {
  const index = new SecretIndex(values.map((value, at) => ({ name: `S${at}`, value })));
  const redactor = new Redactor(index, new RedactionTally());
  const done = pieces.map((piece) => redactor.push(piece));
  return Buffer.concat([...done, redactor.end()]).toString('latin1');
}

/** A text of secrets in all their forms, of parts of them, and of what is between them. */
const cases = secrets.chain((values) => {
  const forms = values.flatMap(formsOf);
  const noise = fc.array(letters, { maxLength: 8 }).map((all) => Buffer.from(all.join('')));
  const form = fc.constantFrom(...forms, Buffer.from('-'));
  const part = fc
    .tuple(form, fc.nat(40), fc.nat(40))
    .map(([bytes, from, to]) => bytes.subarray(from % bytes.length, 1 + (to % bytes.length)));
  const text = fc.array(fc.oneof(noise, form, part), { maxLength: 12 }).map((all) => Buffer.concat(all));
  return fc.record({
    values: fc.constant(values),
    text,
    cuts: fc.array(fc.nat(), { maxLength: 12 }),
  });
});

function cutAt(text: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other);
  return [0, ...places].map((from, index) => text.subarray(from, places[index] ?? text.length));
}

it('a text in pieces is redacted as the whole text is, wherever it is cut', () => {
  fc.assert(
    fc.property(cases, ({ values, text, cuts }) => {
      expect(redactInPieces(cutAt(text, cuts), values)).toBe(redactWhole(text, values));
    }),
    { numRuns: 2_000 },
  );
});

it('a text that arrives byte by byte is redacted as the whole text is', () => {
  fc.assert(
    fc.property(cases, ({ values, text }) => {
      const bytes = [...text].map((byte) => Buffer.from([byte]));
      expect(redactInPieces(bytes, values)).toBe(redactWhole(text, values));
    }),
  );
});

it('a text without a secret is not changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
      const text = Buffer.from(bytes);
      expect(redactInPieces(cutAt(text, cuts), [Buffer.from('not in there')])).toBe(text.toString('latin1'));
    }),
  );
});

it('the base64 of any text around a value does not show the value', () => {
  const around = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes));
  const value = fc.uint8Array({ minLength: 8, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(around, value, around, (before, bytes, after) => {
      fc.pre(!bytes.includes('\n') && !bytes.includes('\r'));
      const encoded = Buffer.from(Buffer.concat([before, bytes, after]).toString('base64'));
      const redacted = redactInPieces([encoded], [bytes]);
      expect(redacted).toContain('***');
      // What is left of the value are the bits that share a character with its neighbours.
      expect(redacted.replace('***', '').length).toBeLessThanOrEqual(
        Math.ceil(((before.length + after.length) * 4) / 3) + 6,
      );
    }),
  );
});
