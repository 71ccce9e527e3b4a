import type { Json } from '../client';
import { clientOf } from './client-of';
import type { Invocation } from './command';
import { EXIT, signalExit } from './exit-code';
import { Input } from './input';
import { type Io, type StopSignal, say } from './io';
import { acceptsMembers } from './metadata-flag';
import { failureText, isStoppedUpload, SpooledUpload } from './spooled-upload';
import { uploadOptionsOf } from './upload-options-of';

/** A signal from the terminal reaches our producer, too, and its last words are worth a moment. */
const LAST_WORDS_MS = 2_000;

/**
 * `stream URL ID`. The first signal ends the input, at its own end or a moment later; what was read is still delivered. The second one
 * gives up.
 */
export async function send(invocation: Invocation, io: Io): Promise<number> {
  const [id = ''] = invocation.operands;
  const options = uploadOptionsOf(invocation);
  const delivery = new SpooledUpload(clientOf(invocation), id, options, io);
  const input = new Input(io.stdin);
  let signalled: StopSignal | undefined;
  io.onSignal((signal) => {
    if (signalled !== undefined) return delivery.stop(`stopped by ${signal}`);
    signalled = signal;
    setTimeout(() => input.cut(), LAST_WORDS_MS).unref();
    say(io, `${signal}: delivering what was read; the same again gives up`);
  });
  const note = (): Json | undefined =>
    signalled !== undefined && acceptsMembers(options.metadata) ? { signal: signalled } : undefined;
  const pumped = pump(input, delivery, note);
  const failure = await delivery.settled;
  input.cut();
  const ending = await pumped;
  if (failure !== undefined) say(io, failureText(failure));
  await delivery.close();
  if (signalled !== undefined && (isStoppedUpload(failure) || ending === 'cut')) return signalExit(signalled);
  return failure === undefined ? EXIT.ok : EXIT.failed;
}

/** @param note metadata for a stream whose input was cut */
async function pump(
  input: Input,
  delivery: SpooledUpload,
  note: () => Json | undefined,
): Promise<'ended' | 'cut'> {
  try {
    const ending = await input.drainTo((piece) => delivery.write(piece));
    await delivery.end(ending === 'cut' ? note() : undefined);
    return ending;
  } catch (error) {
    delivery.stop(`the input cannot be read: ${failureText(error)}`);
    return 'cut';
  }
}
