import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../core/log/errors';
import { type Finding, failure, ok, warning } from '../core/store/finding';
import { sentenceOf } from './answer-sentence';
import type { TestAnswer, TestRequests } from './test-requests';

/** How long a proxy may keep a piece. One that buffers keeps it until the end. */
const PIECE_MS = 10_000;
const REQUEST_MS = 30_000;
/** After this long without a further byte an upload counts as stopped. */
const STOPPED_MS = 10_000;
const POLL_MS = 500;
/** More than what fits into the sockets of a proxy. */
const LARGE_BYTES = 16 << 20;
const PIECE_BYTES = 1 << 20;
/** The most that a producer may send: `limits.metadataBytes`. */
const METADATA_BYTES = 16 << 10;
const CLOCK_TOLERANCE_MS = 2_000;

/** Sends test streams through whatever is in front of a server, and removes them. */
export async function* checkProxy(requests: TestRequests, url: string): AsyncGenerator<Finding, void> {
  const id = `loom-check-${randomUUID()}`;
  const reached = await reach(requests, url);
  yield* reached;
  if (reached.some(({ verdict }) => verdict === 'failure')) return;
  try {
    const live = await checkLive(requests, `/stream/${id}-live`);
    yield* live;
    if (live.some(({ verdict }) => verdict === 'failure')) return;
    yield await checkMetadata(requests, `/stream/${id}-metadata`);
    yield await checkLargeUpload(requests, `/stream/${id}-large`);
  } finally {
    yield* await removeAll(requests, id);
  }
}

async function reach(requests: TestRequests, url: string): Promise<readonly Finding[]> {
  try {
    const begun = Date.now();
    const answer = await requests.ask('GET', '/healthz', REQUEST_MS);
    if (!answer.text.includes('"status":"ok"'))
      return [failure('server', `${url}/healthz is not answered by Loom: ${sentenceOf(answer)}`)];
    return [ok('server', `${url} answers`), clockOf(answer, (begun + Date.now()) / 2)];
  } catch (error) {
    return [failure('server', `${url} does not answer: ${messageOf(error)}`)];
  }
}

/** The date of an answer has no fractions of a second. */
function clockOf({ headers }: TestAnswer, here: number): Finding {
  const ahead = Date.parse(headers.date ?? '') + 500 - here;
  if (Number.isNaN(ahead)) return warning('clock', 'the answer has no date');
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return ok('clock', 'as the clock of this machine');
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  return warning('clock', `${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the clock of this machine`);
}

/** Whether a line reaches readers while its upload goes on, and the next one the same reader. */
async function checkLive(requests: TestRequests, path: string): Promise<readonly Finding[]> {
  const upload = requests.upload(path);
  const refused = upload.answer.then(
    (answer) => answer,
    () => undefined,
  );
  try {
    await upload.write('first\n');
    const wait = `${path}/wait?for=line&create&timeout=${PIECE_MS}ms`;
    const arrived = await Promise.race([requests.ask('GET', wait, REQUEST_MS), refused]);
    if (arrived === undefined || arrived.status >= 400)
      return [
        failure('upload', arrived === undefined ? 'the connection of an upload breaks' : sentenceOf(arrived)),
      ];
    if (!arrived.text.includes('"holds":true'))
      return [
        failure(
          'upload',
          `an upload is held back until it ends: switch off the buffering of requests (nginx: proxy_request_buffering off)`,
        ),
      ];
    const uploads = ok('upload', 'each line of an upload is passed on at once');
    const steps = [
      { text: 'first\n', onRead: () => void upload.write('second\n').catch(() => {}) },
      { text: 'second\n', onRead: () => {} },
    ];
    const read = await requests.readUntil(path, PIECE_MS, steps).then(() => undefined, messageOf);
    if (read !== undefined)
      return [
        uploads,
        failure(
          'tail',
          `what comes is held back until the end: switch off the buffering of answers (nginx: proxy_buffering off): ${read}`,
        ),
      ];
    upload.end();
    const { status } = (await refused) ?? { status: 0 };
    if (status !== 201) return [uploads, failure('upload', 'the answer of an upload breaks off')];
    return [uploads, ok('tail', 'each line reaches a reader at once')];
  } catch (error) {
    return [failure('upload', messageOf(error))];
  } finally {
    upload.cut();
  }
}

async function checkMetadata(requests: TestRequests, path: string): Promise<Finding> {
  const metadata = JSON.stringify('x'.repeat(METADATA_BYTES - 2));
  try {
    const answer = await requests.ask('PUT', path, REQUEST_MS, { 'X-Stream-Metadata': metadata });
    if (answer.status === 201) return ok('headers', '16 KiB of metadata are passed on');
    return warning(
      'headers',
      `16 KiB of metadata are refused: ${sentenceOf(answer)} (nginx: large_client_header_buffers 4 32k)`,
    );
  } catch (error) {
    return warning('headers', `16 KiB of metadata are refused: ${messageOf(error)}`);
  }
}

async function checkLargeUpload(requests: TestRequests, path: string): Promise<Finding> {
  const upload = requests.upload(path);
  const sending = sendLarge(upload.write).then(
    () => upload.end(),
    () => {},
  );
  const answered = upload.answer.then(
    (answer) => answer,
    (error: unknown) => ({ error }),
  );
  try {
    const ended = await Promise.race([answered, untilStopped(requests, path)]);
    if (ended === 'stopped')
      return failure(
        'large',
        'a large upload stops: let the proxy set X-Stream-Answer: end, as ops/nginx.conf does, because it stops passing a body on once it has passed on the answer',
      );
    if ('error' in ended) return failure('large', `a large upload breaks: ${messageOf(ended.error)}`);
    if (ended.status !== 201) return failure('large', `a large upload is refused: ${sentenceOf(ended)}`);
    return ok('large', 'a large upload arrives whole');
  } finally {
    upload.cut();
    await sending;
  }
}

async function sendLarge(write: (piece: Buffer) => Promise<void>): Promise<void> {
  const piece = randomBytes(PIECE_BYTES);
  for (let sent = 0; sent < LARGE_BYTES; sent += piece.length) await write(piece);
}

/** Resolves when the server has got no further byte for a while. */
async function untilStopped(requests: TestRequests, path: string): Promise<'stopped'> {
  let [offset, since] = ['', performance.now()];
  while (performance.now() - since < STOPPED_MS) {
    await delay(POLL_MS);
    const head = await requests.ask('HEAD', path, REQUEST_MS).catch(() => undefined);
    const now = String(head?.headers['upload-offset'] ?? '');
    if (now !== offset) [offset, since] = [now, performance.now()];
  }
  return 'stopped';
}

async function removeAll(requests: TestRequests, id: string): Promise<readonly Finding[]> {
  const left: string[] = [];
  for (const name of ['live', 'metadata', 'large']) {
    const answer = await requests.ask('DELETE', `/stream/${id}-${name}`, REQUEST_MS).catch(() => undefined);
    if (answer?.status !== 204 && answer?.status !== 404) left.push(`${id}-${name}`);
  }
  return left.length === 0
    ? []
    : [warning('tidy', `the token may not remove the test streams ${left.join(', ')}`)];
}
