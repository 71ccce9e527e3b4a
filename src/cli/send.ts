import type { Json } from '../client';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { acceptsMembers } from './arguments/metadata-flag';
import { uploadOptionsOf } from './arguments/upload-options-of';
import { EXIT, signalExit } from './exit-code';
import { type Io, STOP_SIGNALS, type StopSignal, say } from './output/io';
import { ProgressBar } from './output/progress-bar';
import { SignalPairs } from './output/signal-pairs';
import { type RedactedSink, Redaction, sinkFor } from './redact/redaction';
import { Input } from './upload/input';
import { failureText, isStoppedUpload, SpooledUpload } from './upload/spooled-upload';

/** A signal from the terminal reaches the producer, too. Its last output may take this long. */
const LAST_OUTPUT_MS = 2_000;

/**
 * Runs `stream URL ID`. A first signal ends the input, or cuts it after LAST_OUTPUT_MS; what was read is delivered. A second gives up. If
 * the server was never there, the first gives up once the input has ended.
 */
export async function send(invocation: Invocation, io: Io): Promise<number> {
  if (io.inputBytes === undefined) return deliver(invocation, io);
  let delivery: SpooledUpload | undefined;
  const bar = new ProgressBar(io, { done: () => delivery?.acknowledged ?? 0, total: io.inputBytes });
  try {
    return await deliver(invocation, bar.io, (begun) => {
      delivery = begun;
    });
  } finally {
    bar.end();
  }
}

async function deliver(
  invocation: Invocation,
  io: Io,
  onBegin: (delivery: SpooledUpload) => void = () => {},
): Promise<number> {
  const [id = ''] = invocation.operands;
  const options = uploadOptionsOf(invocation);
  const redaction = await Redaction.of(invocation, io);
  const client = clientOf(invocation);
  const announcement = io.stderr.isTTY ? `live at ${client.urlOf(id)}` : undefined;
  const delivery = new SpooledUpload(client, id, options, io, announcement);
  onBegin(delivery);
  const input = new Input(io.stdin);
  let signalled: StopSignal | undefined;
  let hasEnded = false;
  const pairs = new SignalPairs();
  io.onSignal(STOP_SIGNALS, (signal) => {
    if (!pairs.isNew()) return;
    const isHopeless = hasEnded && !delivery.wasReached;
    if (signalled !== undefined || isHopeless) {
      signalled ??= signal;
      return delivery.stop(`stopped by ${signal}`);
    }
    signalled = signal;
    setTimeout(() => input.cut(), LAST_OUTPUT_MS).unref();
    say(io, `${signal}: delivering the input read so far; a second signal gives up`);
  });
  const cutMetadata = (): Json | undefined =>
    signalled !== undefined && acceptsMembers(options.metadata) ? { signal: signalled } : undefined;
  const sink = sinkFor(redaction, (bytes) => delivery.write(bytes));
  const pumped = pump(input, { delivery, sink }, cutMetadata).finally(() => {
    hasEnded = true;
    if (signalled !== undefined && delivery.isAbsent) delivery.stop(`stopped by ${signalled}`);
  });
  const failure = await delivery.settled;
  input.cut();
  const ending = await pumped;
  if (failure !== undefined) say(io, failureText(failure));
  await delivery.close();
  redaction?.summarize();
  if (signalled !== undefined && (isStoppedUpload(failure) || ending === 'cut')) return signalExit(signalled);
  return failure === undefined ? EXIT.ok : EXIT.failed;
}

/** @param cutMetadata the metadata of a stream whose input was cut */
async function pump(
  input: Input,
  { delivery, sink }: { readonly delivery: SpooledUpload; readonly sink: RedactedSink },
  cutMetadata: () => Json | undefined,
): Promise<'ended' | 'cut'> {
  try {
    const ending = await input.drainTo((piece) => sink.write(piece));
    await sink.end();
    await delivery.end(ending === 'cut' ? cutMetadata() : undefined);
    return ending;
  } catch (error) {
    await sink.end();
    delivery.stop(`cannot read the input: ${failureText(error)}`);
    return 'cut';
  }
}
