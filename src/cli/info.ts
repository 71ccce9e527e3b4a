import { memberOf } from '../client/wire/json';
import { ageText, sizeText } from '../words/quantities';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { EXIT } from './exit-code';
import { type Io, write } from './output/io';
import { printable } from './output/printable';
import { type DescribedStream, ServerQuestions } from './server/server-questions';

const NAME_WIDTH = 9;

/** Runs `stream info`. @returns the exit code */
export async function info(invocation: Invocation, io: Io): Promise<number> {
  const [id = ''] = invocation.operands;
  const url = clientOf(invocation).urlOf(id);
  const described = await new ServerQuestions(invocation).describe(id);
  const text = invocation.flags.choice('json')
    ? `${printable(JSON.stringify({ ...described.answer, url }))}\n`
    : describe(described, url, Date.now());
  await write(io.stdout, text);
  return EXIT.ok;
}

function describe({ stream, lines }: DescribedStream, url: string, now: number): string {
  const { state, outcome, reason, bytes, contentType, createdAt, updatedAt, metadata } = stream;
  const [exitCode, signal] = [memberOf(metadata, 'exitCode'), memberOf(metadata, 'signal')];
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['id', stream.id],
    ['url', url],
    ['state', outcome === undefined ? state : `${state}, ${outcome}`],
    ['reason', reason],
    ['exit code', typeof exitCode === 'number' ? String(exitCode) : undefined],
    ['signal', typeof signal === 'string' ? signal : undefined],
    ['size', bytes < 1_000 ? `${bytes} bytes` : `${sizeText(bytes)} (${bytes} bytes)`],
    ['lines', lines === undefined ? undefined : String(lines)],
    ['type', contentType],
    ['created', momentText(createdAt, now)],
    ['changed', momentText(updatedAt, now)],
    ['metadata', metadata === undefined || metadata === null ? undefined : JSON.stringify(metadata)],
  ];
  return rows
    .filter((row): row is [string, string] => row[1] !== undefined)
    .map(([name, text]) => `${name.padEnd(NAME_WIDTH)}  ${printable(text)}\n`)
    .join('');
}

function momentText(moment: string, now: number): string {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? moment : `${moment} (${ageText(now - at)} ago)`;
}
