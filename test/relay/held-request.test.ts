import { HeldRequest } from '../../src/relay/match/held-request';
import { Asked, listen, stopListening } from '../support/listening';

afterEach(stopListening);

describe('a sender that is refused while its body still comes', () => {
  it('a refused sender gets its whole answer at once and a closed connection', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx');
    const res = await asked.nth(1);
    new HeldRequest(res.req, res).reply(409, {}, 'no');
    expect(res.writableEnded).toBe(true);
    expect(await client.until('\r\n\r\nno')).toMatch(/^HTTP\/1\.1 409 .*Connection: close/s);
  });
});
