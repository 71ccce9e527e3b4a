import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { usageOf } from '../harness/usage.mjs';
import { remove, upload } from '../lines/requests.mjs';
import { startLoom } from '../targets/parts/loom-process.mjs';

const MS = 1000;
const REST_MS = 250;
/** Less CPU than this while it rests is timers. */
const REST_CPU_MS = 10;
const RESTS_MAX = 20;

/** A log in a Loom of its own, whose answers the pages of others may read. */
export class ServedLog {
  #pids;
  #serial = 0;

  /** @param text see lines/text.mjs. @param pageOrigin where the pages of others are */
  static async start(stage, repository, text, pageOrigin) {
    const settings = join(stage.folder, 'loom.yaml');
    writeFileSync(settings, `http: { allowOrigin: [${JSON.stringify(pageOrigin)}] }\n`);
    const { port, pids } = await startLoom(stage, repository, 'files', { args: ['--config', settings] });
    return new ServedLog(`http://127.0.0.1:${port}`, pids, { text, pageOrigin });
  }

  constructor(origin, pids, { text, pageOrigin }) {
    Object.assign(this, { origin, text, pageOrigin, lines: text.lines, logUrl: undefined });
    this.#pids = pids;
  }

  /** Stores the log anew: nothing has been asked of it, and nothing of it is in a cache. Resolves when the server has come to rest. */
  async renew() {
    if (this.logUrl !== undefined) await remove(this.logUrl);
    this.#serial += 1;
    this.logUrl = `${this.origin}/stream/log-${this.#serial}`;
    await upload(this.logUrl, this.text.path);
    for (let rest = 0, before = this.serverCpu(); rest < RESTS_MAX; rest++) {
      await delay(REST_MS);
      const now = this.serverCpu();
      if (now - before < REST_CPU_MS) return;
      before = now;
    }
  }

  /** A log that stays open. @returns its URL, how to write to it, and how to end it */
  async open() {
    this.#serial += 1;
    const url = `${this.origin}/stream/open-${this.#serial}`;
    const req = request(url, { method: 'POST', headers: { 'Content-Type': 'text/plain' } });
    req.flushHeaders();
    const [response] = await once(req, 'response');
    response.resume();
    return {
      url,
      write: (text) => new Promise((resolve) => req.write(text, resolve)),
      end: () => req.end(),
    };
  }

  /** Milliseconds of CPU that the server has taken so far. */
  serverCpu() {
    return usageOf(this.#pids).cpu * MS;
  }
}
