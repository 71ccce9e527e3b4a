import { request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('the content type of a stream', ({ url, freshId }) => {
  it.each([
    ['text/x-log; charset=utf-8', 'text/x-log; charset=utf-8'],
    ['image/svg+xml', 'image/svg+xml'],
    ['weird', 'application/octet-stream'],
    ['text/', 'application/octet-stream'],
    ['text/plain oops', 'application/octet-stream'],
    ['text/plaïn', 'application/octet-stream'],
    [`text/${'x'.repeat(300)}`, 'application/octet-stream'],
    ['application/x-www-form-urlencoded', 'application/octet-stream'],
    [undefined, 'application/octet-stream'],
  ])('%j is kept as %s by both wires', async (sent, kept) => {
    const headers: Record<string, string> = sent === undefined ? {} : { 'Content-Type': sent };
    const [loom, durable] = [`/stream/${freshId()}`, `/v1/stream/${freshId()}`];
    await request(url(loom), { method: 'POST', headers, body: 'x' });
    await request(url(durable), { method: 'PUT', headers, body: 'x' });
    expect((await request(url(loom))).headers['content-type']).toBe(kept);
    expect((await request(url(durable))).headers['content-type']).toBe(kept);
  });

  it('an append may repeat the Content-Type of the PUT even if it was replaced', async () => {
    const path = `/v1/stream/${freshId()}`;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await request(url(path), { method: 'PUT', headers });
    expect((await request(url(path), { method: 'POST', headers, body: 'x' })).status).toBe(204);
    const other = { 'Content-Type': 'text/plain' };
    expect((await request(url(path), { method: 'POST', headers: other, body: 'x' })).status).toBe(409);
  });
});
