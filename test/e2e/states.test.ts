import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const GRACES = `
producerGrace: 300ms
resumeGrace: 1h
janitor: {interval: 100ms}
limits: {bytesPerStream: 1MiB}
`;

onEachStore(
  'the states of a stream',
  ({ url, freshId }) => {
    const head = (id: string) => request(url(`/stream/${id}`), { method: 'HEAD' });
    const interrupt = async (id: string, headers = {}): Promise<Consumer> => {
      const producer = new Producer(url(`/stream/${id}`), { headers });
      await producer.head;
      const consumer = await Consumer.open(url(`/stream/${id}`));
      await producer.write('half');
      await consumer.until('half');
      producer.destroy();
      return consumer;
    };

    it('a stream whose producer does not return within the grace is aborted and keeps its bytes', async () => {
      const id = freshId();
      const consumer = await interrupt(id);
      expect((await consumer.end()).trailers['x-stream-state']).toBe('closed; outcome=aborted');
      const after = await request(url(`/stream/${id}`));
      expect(after.text).toBe('half');
      expect(after.headers).toMatchObject({
        'x-stream-state': 'closed; outcome=aborted',
        'content-length': '4',
      });
      const listed = JSON.parse((await request(url(`/stream?prefix=${id}`))).text).streams[0];
      expect(listed).toMatchObject({
        state: 'closed',
        outcome: 'aborted',
        reason: expect.stringContaining('grace'),
      });
    });

    it('a producer that can resume has a longer grace, and its consumers stay connected', async () => {
      const [resumable, plain] = [freshId(), freshId()];
      const consumer = await interrupt(resumable, { 'Upload-Complete': '?1' });
      // When the plain one, interrupted later, has been given up, the first one would have been, too.
      await (await interrupt(plain)).end();
      expect((await head(resumable)).headers['x-stream-state']).toBe('interrupted');
      await request(url(`/stream/${resumable}`), {
        method: 'PATCH',
        headers: {
          'Content-Type': 'application/partial-upload',
          'Upload-Offset': '4',
          'Upload-Complete': '?1',
        },
        body: ' and half',
      });
      expect((await consumer.end()).complete).toBe(true);
      expect(consumer.text).toBe('half and half');
    });

    it('a body over the size limit seals the stream with the bytes that fit', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const consumer = await Consumer.open(url(`/stream/${id}`));
      for (let i = 0; i < 5 && !producer.isCut; i += 1)
        await producer.write(Buffer.alloc(300_000, 'x')).catch(() => {});
      await producer.cut();
      expect((await consumer.end()).trailers['x-stream-state']).toBe('closed; outcome=aborted');
      expect(consumer.bytes.length).toBe(1 << 20);
    });

    it('a body whose Content-Length is over the limit gets 413 and creates no stream', async () => {
      const id = freshId();
      const answer = await request(url(`/stream/${id}`), { method: 'POST', body: Buffer.alloc(1_100_000) });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.text).error).toContain('1048576 bytes');
      expect((await head(id)).status).toBe(404);
    });

    it('a PATCH over the limit gets 413 and the stored length while its body still arrives', async () => {
      const id = freshId();
      await request(url(`/stream/${id}`), {
        method: 'POST',
        headers: { 'Upload-Complete': '?0' },
        body: 'abc',
      });
      const producer = new Producer(url(`/stream/${id}`), {
        method: 'PATCH',
        headers: {
          'Content-Type': 'application/partial-upload',
          'Upload-Offset': '3',
          'Upload-Complete': '?1',
        },
      });
      await producer.write(Buffer.alloc(1_100_000));
      const answer = await producer.answer;
      producer.destroy();
      expect(answer.status).toBe(413);
      expect(answer.headers['upload-offset']).toBe(String(1 << 20));
      expect((await head(id)).headers['x-stream-state']).toBe('closed; outcome=aborted');
    });
  },
  { config: GRACES },
);
