import fc from 'fast-check';
import { LoomClient } from '../../src/client/loom-client';
import { type Fault, UnrulyServer } from './unruly-server';

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { kind: 'none' },
    { kind: 'swallow' },
    { kind: 'half' },
    { kind: 'refuse', status: 503 },
  ),
  fc.record({ kind: fc.constant('cut' as const), after: fc.nat(400) }),
);

it.each(['streamed', 'whole'] as const)(
  'an upload delivers every byte exactly once after any sequence of faults (%s bodies)',
  async (bodies) => {
    const server = new UnrulyServer();
    await server.start();
    let runs = 0;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }),
          fc.array(fault, { maxLength: 15 }),
          fc.integer({ min: 1, max: 500 }),
          async (pieces, faults, requestBytesMax) => {
            server.faults = [...faults];
            runs += 1;
            const id = `run-${runs}`;
            const limits = { baseMs: 0, capMs: 0, requestLifeMs: 5, requestBytesMax, bodies };
            const upload = new LoomClient({ url: server.url }).upload(id, limits);
            for (const piece of pieces) await upload.write(piece);
            await upload.end();
            await upload.done;
            expect(server.content(id).equals(Buffer.concat(pieces))).toBe(true);
            expect(server.stream(id).state).toBe('closed; outcome=complete');
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      await server.stop();
    }
  },
);
