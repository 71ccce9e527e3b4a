import { createReadStream } from 'node:fs';
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** @returns the status, headers, body and milliseconds of a request. @throws for another status than 200 */
export async function get(url) {
  const began = performance.now();
  const response = await responseTo(url, { method: 'GET' });
  return { ...response, ms: performance.now() - began };
}

/** Stores a file as a finished stream. */
export function upload(url, path) {
  return responseTo(url, { method: 'POST' }, (req) =>
    createReadStream(path, { highWaterMark: 65_536 }).pipe(req),
  );
}

/** Stores as a finished stream what comes. @param chunks an iterable, asynchronous or not */
export function produce(url, chunks) {
  return responseTo(url, { method: 'POST' }, async (req) => {
    for await (const chunk of chunks) {
      if (!req.write(chunk)) await new Promise((resolve) => req.once('drain', resolve));
    }
    req.end();
  });
}

export async function remove(url) {
  await responseTo(url, { method: 'DELETE' });
}

function responseTo(url, options, send = (req) => req.end()) {
  return new Promise((resolve, reject) => {
    const req = request(url, { agent, headers: { 'Content-Type': 'text/plain' }, ...options }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.once('error', reject);
      res.once('end', () => {
        const { statusCode: status, headers } = res;
        const body = Buffer.concat(chunks);
        if (status < 300) resolve({ status, headers, body });
        else reject(new Error(`${options.method} ${url}: ${status} ${body.toString().slice(0, 300)}`));
      });
    });
    req.once('error', reject);
    Promise.resolve(send(req)).catch(reject);
  });
}
