import { setTimeout as delay } from 'node:timers/promises';
import { LogError } from '../../src/core/log/errors';
import { START } from '../../src/core/log/offset';
import type { LogStore } from '../../src/core/store/store';
import { ErrorWording } from '../../src/redis/failures/error-wording';
import { ReplyError } from '../../src/redis/resp/reply-error';
import { describeTarget, parseRedisUrl } from '../../src/redis/url';
import { createLog } from '../contract/logs';
import { withRedis } from '../storage/redis/with-redis';

const TARGET = parseRedisUrl('redis://loom:s3cret@localhost:7000/2');

describe('ErrorWording', () => {
  it.each([
    [socketError('connect ECONNREFUSED 127.0.0.1:7000', 'ECONNREFUSED'), 'connection refused; trying again'],
    [socketError('read ECONNRESET', 'ECONNRESET'), 'connection lost; trying again'],
    [socketError('getaddrinfo ENOTFOUND localhost', 'ENOTFOUND'), 'unknown host; trying again'],
    [new Error('Connection is closed.'), 'connection lost; trying again'],
    [new Error('Command timed out'), 'no answer; trying again'],
    [
      new Error("Socket timeout. Expecting data, but didn't receive any in 5000ms."),
      'no answer; trying again',
    ],
    [new Error('connect ETIMEDOUT'), 'no answer; trying again'],
    [
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
      'connection lost; trying again',
    ],
    [
      new Error('Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest".'),
      'connection lost; trying again',
    ],
    [new Error('All sentinels are unreachable. Retrying'), 'no Sentinel names a master; trying again'],
    [
      socketError('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'),
      'the TLS handshake failed; trying again',
    ],
    [new ReplyError('LOADING Redis is loading the dataset'), 'it is loading its data; trying again'],
    [
      new ReplyError('MASTERDOWN Link with MASTER is down'),
      'it is a replica without its master; trying again',
    ],
    [new ReplyError('READONLY You cannot write'), 'it is a replica and takes no writes; trying again'],
    [new ReplyError('CLUSTERDOWN Hash slot not served'), 'the Cluster is down; trying again'],
    [
      new Error('Too many Cluster redirections. Last error: MOVED 1'),
      'the Cluster is being resharded; trying again',
    ],
    [new ReplyError('NOAUTH Authentication required.'), 'it needs a password'],
    [new ReplyError('WRONGPASS invalid username-password pair s3cret'), 'the user or the password is wrong'],
    [new ReplyError('NOPERM User loom has no permissions'), 'its user lacks a permission'],
    [new ReplyError('OOM command not allowed'), 'its memory is full'],
    [
      new ReplyError('EXECABORT Transaction discarded because of: OOM command not allowed'),
      'its memory is full',
    ],
    [new ReplyError('MISCONF Errors writing to the AOF file'), 'it cannot write to its disk'],
    [new ReplyError('NOSCRIPT No matching script'), 'it has forgotten a script; trying again'],
    [new ReplyError('ERR unknown command s3cret'), 'unexpected answer'],
  ])('the failure %s gets a fixed sentence', (error, sentence) => {
    const { message } = new ErrorWording(describeTarget(TARGET), () => {}).toLogError(error);
    expect(message).toBe(`Redis at localhost:7000: ${sentence}`);
  });

  it('the cause of a broken connection is named until there is a new one', () => {
    const wording = new ErrorWording(describeTarget(TARGET), () => {});
    const unwritable = new Error("Stream isn't writeable and enableOfflineQueue options is false");
    wording.disconnected(socketError('connect ECONNREFUSED 127.0.0.1:7000', 'ECONNREFUSED'));
    wording.disconnected(new Error('Connection is closed.'));
    expect(wording.describe(unwritable)).toBe('Redis at localhost:7000: connection refused');
    wording.connected();
    expect(wording.describe(unwritable)).toBe('Redis at localhost:7000: connection lost');
  });

  it("the text of an unexpected reply goes to the server's log, once", () => {
    const warn = jest.fn();
    const wording = new ErrorWording(describeTarget(TARGET), warn);
    for (let round = 0; round < 3; round += 1)
      expect(wording.toLogError(new ReplyError('WRONGTYPE Operation against a key'))).toBeInstanceOf(
        LogError,
      );
    expect(warn.mock.calls).toEqual([
      ['Redis at localhost:7000 gave an unexpected answer', { reason: 'WRONGTYPE Operation against a key' }],
    ]);
  });

  it('every operation throws the same error while Redis is down', () =>
    withRedis(async ({ redis, open }) => {
      const store = await open({ commandTimeout: 1_000, patience: 300 });
      const { log, epoch } = await createLog(store);
      await redis.kill('SIGKILL');
      const refused = `Redis at 127.0.0.1:${redis.port}: connection refused; trying again`;
      // The reason is known once a new connection was refused.
      while ((await sentenceOf(store)) !== refused) await delay(20);
      const operations = [
        () => store.info(log.id),
        () => store.read(log, START, 1),
        () => store.list({ limit: 1 }),
        () => store.due({ kind: 'overdue', now: 0 }, 1),
        () => store.append({ log, epoch }, START, [Buffer.from('x')]),
        () => store.change(log, { kind: 'touch' }),
        () => store.ready(),
      ];
      for (const operation of operations) {
        await expect(operation()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: refused });
      }
    }));

  it('the error says that a password is missing once Redis requires one', () =>
    withRedis(async ({ redis, admin, open }) => {
      const store = await open();
      await admin.config('SET', 'requirepass', 's3cret');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      const sentence = `Redis at 127.0.0.1:${redis.port}: it needs a password; trying again`;
      while ((await sentenceOf(store)) !== sentence) await delay(20);
    }));
});

/** What the store says of its Redis. */
function sentenceOf(store: LogStore): Promise<string> {
  return store.ready().then(String, ({ message }: Error) => message);
}

function socketError(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
