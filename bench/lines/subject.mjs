import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LONGEST_TURN, startProbed } from '../harness/probed-loom.mjs';
import { usageOf } from '../harness/usage.mjs';
import { remove, upload } from './requests.mjs';

const MS = 1000;
const REST_MS = 250;
/** Less CPU than this while it rests is timers. */
const REST_CPU_MS = 10;
const RESTS_MAX = 20;

/** So that the searches that are measured side by side are not refused. */
const SETTINGS = { LOOM_SEARCH_CONCURRENCY: '10' };

/** A Loom that is measured, and the texts that are stored in it. */
export class Subject {
  #stored = new Map();
  #serial = 0;

  constructor(store, stage, server, redis, { texts, sizes }) {
    Object.assign(this, { store, stage, server, redis, texts, sizes });
    this.folder = join(stage.folder, 'data');
  }

  /** @param repository the folder whose Loom it is, built */
  static async start(stage, store, repository, what) {
    const redis = store === 'redis' ? await stage.redis() : undefined;
    const url = redis?.url ?? `file:${join(stage.folder, 'data')}`;
    const server = await startProbed(stage, { repository, url, probe: LONGEST_TURN, env: SETTINGS });
    return new Subject(store, stage, server, redis, what);
  }

  newUrl() {
    this.#serial += 1;
    return `${this.server.origin}/stream/lines-${this.#serial}`;
  }

  /** @returns the URL of a new stream of a text, which nothing has been asked of, when the server has come to rest */
  async storeAnew(text) {
    const url = this.newUrl();
    await upload(url, text.path);
    await this.rest();
    return url;
  }

  /** @returns the URL of a stream of a text, which may have been asked for things before */
  async storeOnce(text) {
    if (!this.#stored.has(text)) this.#stored.set(text, this.storeAnew(text));
    return this.#stored.get(text);
  }

  remove(url) {
    return remove(url);
  }

  /** Milliseconds of CPU that the server and its Redis have taken so far. */
  cpu() {
    return { app: cpuOf(this.server.pid), redis: this.redis ? cpuOf(this.redis.pid) : 0 };
  }

  /** How long the event loop was busy at a stretch, in milliseconds. The probe takes CPU, which is therefore measured without it. */
  async longestTurn(action) {
    await this.server.probe();
    await action();
    return this.server.stopProbe();
  }

  /** What was stored is synced, and what was freed is given back, some time after the response. */
  async rest() {
    for (let i = 0, before = this.cpu(); i < RESTS_MAX; i++) {
      await delay(REST_MS);
      const now = this.cpu();
      if (now.app + now.redis - before.app - before.redis < REST_CPU_MS) return;
      before = now;
    }
  }
}

function cpuOf(pid) {
  return usageOf([pid]).cpu * MS;
}
