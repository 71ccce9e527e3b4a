import { createHash, randomBytes } from 'node:crypto';
import { Upload } from 'tus-js-client';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';

const MIB = 1024 * 1024;

type Protocol = 'ietf-draft-03' | 'ietf-draft-05';

onEachStore('tus-js-client', ({ url }) => {
  describe.each(['ietf-draft-03', 'ietf-draft-05'] as const)('protocol %s', (protocol) => {
    it('an upload in parts that pauses after one is resumed', async () => {
      const body = randomBytes(3 * MIB + 7);
      const upload = new PausedUpload(body, { protocol, endpoint: url('/stream'), chunkSize: MIB });
      await upload.runUntilPaused((sent) => sent >= MIB);
      expect((await head(upload.url)).headers).toMatchObject({
        'upload-offset': String(MIB),
        'upload-complete': '?0',
        'upload-length': String(body.length),
      });
      await upload.runToEnd();
      await expectComplete(upload.url, body);
    });

    it('an upload that was cut in the middle of a request is resumed', async () => {
      const body = randomBytes(48 * MIB);
      const upload = new PausedUpload(body, { protocol, endpoint: url('/stream/') });
      await upload.runUntilPaused((sent) => sent > 0);
      await upload.runToEnd();
      await expectComplete(upload.url, body);
    });

    it('an upload may send its first bytes with the request that creates the stream', async () => {
      const body = randomBytes(2 * MIB);
      const options = { protocol, endpoint: url('/stream'), chunkSize: MIB, uploadDataDuringCreation: true };
      const upload = new PausedUpload(body, options);
      await upload.runToEnd();
      await expectComplete(upload.url, body);
      expect((await head(upload.url)).headers['content-type']).toBe('application/octet-stream');
    });

    it('an empty upload is complete', async () => {
      const upload = new PausedUpload(Buffer.alloc(0), { protocol, endpoint: url('/stream') });
      await upload.runToEnd();
      await expectComplete(upload.url, Buffer.alloc(0));
    });

    it('a terminated upload is removed', async () => {
      const upload = new PausedUpload(randomBytes(2 * MIB), {
        protocol,
        endpoint: url('/stream'),
        chunkSize: MIB,
      });
      await upload.runUntilPaused((sent) => sent >= MIB);
      await Upload.terminate(upload.url);
      expect((await head(upload.url)).status).toBe(404);
    });
  });
});

interface Options {
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly chunkSize?: number;
  readonly uploadDataDuringCreation?: boolean;
}

/** An upload that is aborted and started again, as one is whose user closes the lid. */
class PausedUpload {
  readonly #upload: Upload;
  #isToPause: (sent: number) => boolean = () => false;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(body: Buffer, options: Options) {
    const all = {
      retryDelays: null,
      storeFingerprintForResuming: false,
      onProgress: (sent: number) => this.#look(sent),
      onSuccess: () => this.#settle?.resolve(),
      onError: (error: Error) => this.#settle?.reject(error),
      ...options,
    };
    this.#upload = new Upload(body, all);
  }

  get url(): string {
    return this.#upload.url ?? '';
  }

  async runUntilPaused(isToPause: (sent: number) => boolean): Promise<void> {
    this.#isToPause = isToPause;
    await this.runToEnd();
    this.#isToPause = () => false;
  }

  runToEnd(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#upload.start();
    });
  }

  #look(sent: number): void {
    if (!this.#isToPause(sent)) return;
    this.#isToPause = () => false;
    void this.#upload.abort().then(() => this.#settle?.resolve());
  }
}

function head(url: string): ReturnType<typeof request> {
  return request(url, { method: 'HEAD' });
}

async function expectComplete(url: string, body: Buffer): Promise<void> {
  const answer = await request(url);
  expect(sha256(answer.body)).toBe(sha256(body));
  expect(answer.headers['x-stream-state']).toBe('closed; outcome=complete');
  expect((await head(url)).headers).toMatchObject({
    'upload-complete': '?1',
    'upload-offset': String(body.length),
    'upload-length': String(body.length),
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
