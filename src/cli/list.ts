import type { ListedStream } from '../client';
import { STREAM_STATES } from '../client/wire/stream-state';
import { checkedChoice } from './arguments/checked-choice';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import type { Flags } from './arguments/flags';
import { wantsColor } from './arguments/wants-color';
import { EXIT } from './exit-code';
import { type Io, say, write } from './output/io';
import { printable } from './output/printable';
import { StreamTable } from './output/stream-table';

const LIMIT_DEFAULT = 100;
const PAGE_MAX = 1_000;
const METADATA_SHOWN = 60;

/** Runs `stream ls`. @returns the exit code */
export async function list(invocation: Invocation, io: Io): Promise<number> {
  const { flags } = invocation;
  const limit = flags.count('limit') ?? LIMIT_DEFAULT;
  const { header, render } = formatOf(flags, io);
  const prefix = flags.text('prefix');
  const state = stateOf(flags.text('state'));
  const streams = clientOf(invocation).list({
    // One more than the limit shows whether there are more.
    pageSize: Math.min(limit + 1, PAGE_MAX),
    ...(prefix !== undefined && { prefix }),
    ...(state !== undefined && { state }),
  });
  let shown = 0;
  for await (const stream of streams) {
    if (shown === limit) {
      say(io, `more than ${limit} streams match; --limit shows more`);
      break;
    }
    await write(io.stdout, (shown === 0 ? header : '') + render(stream));
    shown += 1;
  }
  return EXIT.ok;
}

interface ListFormat {
  /** Before the first stream. */
  readonly header: string;
  readonly render: (stream: ListedStream) => string;
}

/** Programs that read the list get the same lines as ever. A person gets a table, also through `--color` and a pager. */
function formatOf(flags: Flags, io: Io): ListFormat {
  if (flags.choice('json')) return { header: '', render: toJsonLine };
  if (io.stdout.isTTY !== true && flags.choice('color') !== true) return { header: '', render: toLine };
  const table = new StreamTable({
    hasColor: wantsColor(flags, io),
    width: io.stdout.columns || Number.POSITIVE_INFINITY,
    now: Date.now(),
  });
  return { header: table.header, render: (stream) => table.line(stream) };
}

function stateOf(text: string | undefined): ListedStream['state'] | undefined {
  return text === undefined ? undefined : checkedChoice('--state', STREAM_STATES, text);
}

function toJsonLine(stream: ListedStream): string {
  return `${printable(JSON.stringify(stream))}\n`;
}

/** Formats one line. Fixed column widths allow each line to be written at once. The columns after the id have no width. */
function toLine({ id, state, outcome, bytes, updatedAt, metadata }: ListedStream): string {
  const shownMetadata =
    metadata === undefined || metadata === null ? '' : `  ${shorten(JSON.stringify(metadata))}`;
  const columns = [
    printable(updatedAt).padEnd(24),
    (outcome ?? state).padEnd(11),
    String(bytes).padStart(12),
  ];
  return `${columns.join('  ')}  ${printable(id)}${printable(shownMetadata)}\n`;
}

function shorten(text: string): string {
  return text.length > METADATA_SHOWN ? `${text.slice(0, METADATA_SHOWN)}…` : text;
}
