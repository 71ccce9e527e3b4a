import http from 'node:http';
import { PacketClient } from './packet-client';
import { Stage, type StageOptions } from './stage';

const POLLS = 30;

const STAGES: readonly [string, StageOptions][] = [
  ['files', { store: 'files' }],
  ['two nodes', { store: 'redis', nodes: 2 }],
];

it.each(STAGES)('polls that were broken off lose no packets, on %s', async (_, options) => {
  const stage = await Stage.open({ ...options, settings: `  clientBuffer: ${POLLS}\n  longPoll: 20s` });
  try {
    const client = await PacketClient.logIn(stage);
    const { upstream } = stage;
    const broken = Array.from({ length: POLLS }, (_one, index) =>
      brokenOff(stage.url('/'), client, `${index}`),
    );
    await upstream.until(() => upstream.packets.length === POLLS);
    await Promise.all(broken.map((leave) => leave()));
    let pushed = 0;
    upstream.handle = ({ headers }) => {
      if (headers.from !== undefined || pushed === POLLS) return undefined;
      pushed += 1;
      return { headers: { To: client.id }, body: `packet ${pushed}` };
    };
    for (let i = 1; i <= POLLS; i += 1) expect((await client.poll()).text).toBe(`packet ${i}`);
  } finally {
    await stage.close();
  }
});

/** A poll that brings a packet, to show that it has arrived. @returns breaks it off */
function brokenOff(url: string, client: PacketClient, body: string): () => Promise<void> {
  const req = http.request(url, { method: 'POST', headers: client.authorization, agent: false });
  req.on('error', () => {});
  req.end(body);
  return () =>
    new Promise((resolve) => {
      req.once('close', () => resolve());
      req.destroy();
    });
}
