import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogInfo } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { commit, createOpenLog, mark, remove } from '../../contract/commits';
import { at, bytes, createLog, createLogOf, readAll, seal, textOf, uniqueId } from '../../contract/logs';
import { fileOf, infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

/** What may have become of the facts, beside the files of logs that are as they were. */
const LOST: readonly (readonly [what: string, lose: (path: string) => Promise<unknown>])[] = [
  ['is missing', (path) => rm(path)],
  ['is empty', (path) => truncate(path, 0)],
  ['is a new one', (path) => replaceByNew(path)],
];

describe('a start without the right facts', () => {
  it.each(LOST)('a start is refused and removes nothing if loom.mdb %s', async (_, lose) =>
    withDirectory(async (directory) => {
      const facts = join(directory, 'loom.mdb');
      const writers = await withStore(directory, async (store) =>
        Promise.all([1, 2, 3, 4, 5].map((n) => createLogOf(store, `text ${n}`))),
      );
      await copyFile(facts, join(directory, 'right.mdb'));
      await lose(facts);
      const before = await contentsOf(directory);
      const refusal = await refused(directory);
      expect(refusal).toMatch(/5 streams in .*\/logs \(../);
      expect(refusal).toMatch(/\w\w\/[\da-f-]{36}\.log, .*and 2 more/);
      expect(refusal).toContain(`"loom recover --store file:${directory}"`);
      expect(await contentsOf(directory)).toEqual(before);
      await copyFile(join(directory, 'right.mdb'), facts);
      await withStore(directory, async (store) => {
        for (const { log } of writers) expect(await textOf(store, log)).toMatch(/^text \d$/);
      });
    }),
  );

  it('a start is refused if loom.mdb is older than some streams', () =>
    withDirectory(async (directory) => {
      await withStore(directory, (store) => createLogOf(store, 'old'));
      await copyFile(join(directory, 'loom.mdb'), join(directory, 'old.mdb'));
      await withStore(directory, (store) => Promise.all([createLogOf(store, 'a'), createLogOf(store, 'b')]));
      await copyFile(join(directory, 'old.mdb'), join(directory, 'loom.mdb'));
      expect(await refused(directory)).toMatch(/loom\.mdb does not know 2 streams in .*: it is older/);
    }));

  it('a start is refused if loom.mdb is older than the last bytes of a stream', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, async (store) => {
        const created = await createOpenLog(store);
        await commit(store, created, 'one ');
        return created;
      });
      await copyFile(join(directory, 'loom.mdb'), join(directory, 'old.mdb'));
      await withStore(directory, (store) => commit(store, log, 'two'));
      await copyFile(join(directory, 'old.mdb'), join(directory, 'loom.mdb'));
      expect(await refused(directory)).toContain('loom.mdb is older than the streams in');
      await recovered(directory);
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('one two'));
    }));

  it('a start without loom.mdb succeeds if there was no stream', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async () => {});
      await rm(join(directory, 'loom.mdb'));
      await withStore(directory, (store) => createLogOf(store, 'first'));
    }));
});

describe('loom recover', () => {
  it.each(LOST)('a recovery restores every stream with its facts if loom.mdb %s', async (_, lose) =>
    withDirectory(async (directory) => {
      const before = await withStore(directory, manyKinds);
      await lose(join(directory, 'loom.mdb'));
      const lines = await recovered(directory);
      expect(lines.at(-1)).toBe(`Brought back ${before.length} streams`);
      for (const { id } of before) expect(lines.join('\n')).toContain(`${id}: brought back`);
      await withStore(directory, async (store) => {
        for (const { text, ...info } of before) {
          const { updatedAt: _, epoch: __, losses: ___, expiresAt, ...after } = await infoOf(store, info.id);
          expect(after).toEqual(info);
          expect(expiresAt === undefined).toBe(info.expiry === undefined);
          expect(await textOf(store, after)).toBe(text);
        }
      });
    }),
  );

  it('a recovery does nothing if no stream is missing, nor when it runs again', () =>
    withDirectory(async (directory) => {
      await withStore(directory, manyKinds);
      expect(await recovered(directory)).toEqual(['No stream was missing']);
      await rm(join(directory, 'loom.mdb'));
      await recovered(directory);
      expect(await recovered(directory)).toEqual(['No stream was missing']);
    }));

  it('a recovery moves a damaged loom.mdb aside and uses what is readable of it', () =>
    withDirectory(async (directory) => {
      const before = await withStore(directory, manyKinds);
      // What the last transaction wrote is only found by the page that is damaged here.
      await withStore(directory, async () => {});
      await removeJournal(directory);
      const facts = join(directory, 'loom.mdb');
      await writeFile(facts, Buffer.alloc(4096), { flag: 'r+' });
      const damaged = await readFile(facts);
      const [moved, ...lines] = await recovered(directory);
      const [, path = ''] = /It is now (\S+\.damaged-\S+);/.exec(moved ?? '') ?? [];
      expect((await readFile(path)).equals(damaged)).toBe(true);
      expect(lines.at(-1)).toBe(`Brought back ${before.length} streams`);
      await withStore(directory, async (store) => {
        for (const { id, generation, text } of before)
          expect(await textOf(store, { id, generation })).toBe(text);
      });
      // As if it had been cut off right after the file was moved.
      await rm(facts);
      await removeJournal(directory);
      expect((await recovered(directory)).join()).not.toContain('not known');
    }));

  it('a stream without any facts gets a generated id', () =>
    withDirectory(async (directory) => {
      const { log } = await withStore(directory, (store) => createLogOf(store, 'anonymous'));
      await rm(join(directory, 'loom.mdb'));
      await removeJournal(directory);
      const lines = await recovered(directory);
      expect(lines[0]).toContain('its ID, content type and metadata are not known');
      await withStore(directory, async (store) => {
        const info = await infoOf(store, `recovered-${log.generation}`);
        expect(info).toMatchObject({ state: 'closed', contentType: 'application/octet-stream' });
        expect(await textOf(store, info)).toBe('anonymous');
      });
    }));

  it('the newest life of an id keeps the id, and an older one gets a derived id', () =>
    withDirectory(async (directory) => {
      const id = uniqueId('twice');
      const [first, kept] = await withStore(directory, async (store) => {
        const writer = await createLog(store, {}, id);
        await store.append(writer, at(0), bytes('first'));
        return [writer, await readFile(fileOf(directory, writer))] as const;
      });
      await copyFile(join(directory, 'loom.mdb'), join(directory, 'old.mdb'));
      const second = await withStore(directory, async (store) => {
        const { info } = await store.create(id, { contentType: 'text/plain', graceMs: 1_000 }, 'replace');
        await store.append({ log: info, epoch: 1 }, at(0), bytes('second'));
        return info;
      });
      // As if the first had been restored with the old facts.
      await writeFile(fileOf(directory, first), kept);
      await copyFile(join(directory, 'old.mdb'), join(directory, 'loom.mdb'));
      await recovered(directory);
      await withStore(directory, async (store) => {
        const present = await infoOf(store, id);
        expect(present.generation).toBe(second.generation);
        expect(await textOf(store, present)).toBe('second');
        const other = await infoOf(store, `${id}.recovered-${first.log.generation}`);
        expect(await textOf(store, other)).toBe('first');
      });
      await withStore(directory, async (store) =>
        expect((await store.list({ limit: 9 })).logs).toHaveLength(2),
      );
    }));

  it('a removed stream is not restored', () =>
    withDirectory(async (directory) => {
      await withStore(directory, async (store) => {
        const [gone] = [await createOpenLog(store), await createLogOf(store, 'kept')];
        await remove(store, gone);
      });
      await copyFile(join(directory, 'loom.mdb'), join(directory, 'right.mdb'));
      await rm(join(directory, 'loom.mdb'));
      expect((await recovered(directory)).at(-1)).toBe('Brought back 1 stream');
    }));

  it('a stream older than the journal is restored', () =>
    withDirectory(async (directory) => {
      const { log } = await withStore(directory, (store) => createLogOf(store, 'early'));
      await removeJournal(directory);
      await withStore(directory, async () => {});
      await rm(join(directory, 'loom.mdb'));
      await recovered(directory);
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('early'));
    }));

  it('the report names the lost bytes of a sealed stream without its file', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, async (store) => {
        const sealed = await createLogOf(store, 'all of it');
        await seal(store, sealed);
        return sealed;
      });
      await rm(fileOf(directory, writer));
      await rm(join(directory, 'loom.mdb'));
      const [lines] = await recovered(directory);
      expect(lines).toContain(
        `${writer.log.id}: brought back as complete (without a file); its bytes 0 to 9 are lost`,
      );
    }));

  it('a restored JSON stream ends after its last whole text', () =>
    withDirectory(async (directory) => {
      const log = await withStore(directory, async (store) => {
        const created = await createOpenLog(store, { contentType: 'application/json', framing: 'json' });
        await commit(store, created, '{"n":1}\n');
        return created;
      });
      await writeFile(fileOf(directory, { log, epoch: 1 }), '{"n":1}\n{"n":');
      await rm(join(directory, 'loom.mdb'));
      await recovered(directory);
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('{"n":1}\n'));
    }));

  it('a recovery is refused while a server uses the directory, and without a store', () =>
    withDirectory(async (directory) => {
      await expect(recovered(join(directory, 'nowhere'))).rejects.toThrow('There is no store in');
      await expect(recovered(directory)).rejects.toThrow('There is no store in');
      expect(await readdir(directory)).toEqual([]);
      await withStore(directory, () =>
        expect(recovered(directory)).rejects.toThrow('is in use by another process'),
      );
    }));
});

describe('the journal', () => {
  it('a start writes the journal again if its newest part is gone', () =>
    withDirectory(async (directory) => {
      await withStore(directory, (store) => createLogOf(store, 'first'));
      const { log } = await withStore(directory, (store) => createLogOf(store, 'second'));
      const [newest = ''] = (await readdir(join(directory, 'logs'))).filter((name) =>
        name.endsWith('2.jsonl'),
      );
      await rm(join(directory, 'logs', newest));
      await withStore(directory, async () => {});
      await rm(join(directory, 'loom.mdb'));
      await recovered(directory);
      await withStore(directory, async (store) => expect(await textOf(store, log)).toBe('second'));
    }));

  it(
    'the journal is shortened over many starts and still knows every stream',
    () =>
      withDirectory(async (directory) => {
        const { log } = await withStore(directory, (store) => createLogOf(store, 'from the first start'));
        for (let start = 0; start < 80; start += 1) await withStore(directory, async () => {});
        const segments = (await readdir(join(directory, 'logs'))).filter((name) => name.endsWith('.jsonl'));
        expect(segments.length).toBeLessThan(70);
        await rm(join(directory, 'loom.mdb'));
        await recovered(directory);
        await withStore(directory, async (store) =>
          expect(await textOf(store, log)).toBe('from the first start'),
        );
      }),
    240_000,
  );
});

type Kept = Omit<LogInfo, 'updatedAt' | 'epoch' | 'losses' | 'expiresAt'> & { readonly text: string };

/** Streams of all kinds, as they are to come back. */
async function manyKinds(store: LogStore): Promise<readonly Kept[]> {
  const [sealed, open, empty] = [
    await createLogOf(store, 'sealed'),
    await createLogOf(store, 'open'),
    uniqueId('empty'),
  ];
  await store.change(sealed.log, { kind: 'annotate', epoch: 1, patch: { exit: 0, name: 'zwei 💡' } });
  await seal(store, sealed);
  await store.change(open.log, { kind: 'annotate', epoch: 1, patch: { later: ['x'] } });
  await store.create(empty, { contentType: 'text/html', metadata: { a: 1 } }, 'new');
  const json = await createOpenLog(store, { contentType: 'application/json', framing: 'json' });
  await commit(store, json, '[1]\n', { producer: mark(0) });
  const first = { chunks: bytes('whole'), seal: { kind: 'complete' } } as const;
  await store.create(uniqueId('whole'), { contentType: 'text/plain', first, producerKey: 'key' }, 'new');
  await store.create(
    uniqueId('idle'),
    { contentType: 'a/b', expiry: { kind: 'idle', ttlMs: 60_000 } },
    'new',
  );
  const fork = { source: sealed.log, at: at(4) };
  await store.create(uniqueId('fork'), { contentType: 'text/plain', fork }, 'new');
  const { logs } = await store.list({ limit: 100 });
  return Promise.all(
    logs.map(async ({ updatedAt: _, epoch: __, losses: ___, expiresAt: ____, ...info }) => {
      const text = (await readAll(store, info)).bytes.toString();
      // The producer of one that is open is lost.
      return { ...info, text, ...(info.id === open.log.id && { state: 'interrupted' as const }) };
    }),
  );
}

async function refused(directory: string): Promise<string> {
  return withStore(directory, async () => 'it was opened').catch((error: Error) => error.message);
}

async function recovered(directory: string): Promise<string[]> {
  const lines: string[] = [];
  await recoverFilesStore(directory, (line) => lines.push(line));
  return lines;
}

async function replaceByNew(path: string): Promise<void> {
  await withDirectory(async (other) => {
    await mkdir(other, { recursive: true });
    await withStore(other, (store) => createLog(store, {}, parseLogId('of another store')));
    await copyFile(join(other, 'loom.mdb'), path);
  });
}

async function removeJournal(directory: string): Promise<void> {
  const names = (await readdir(join(directory, 'logs'))).filter((name) => name.endsWith('.jsonl'));
  expect(names).not.toEqual([]);
  for (const name of names) await rm(join(directory, 'logs', name));
}

/** Every file of a log, with its content. */
async function contentsOf(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => /\.(log|jsonl)$/.test(name));
  return Promise.all(
    names.sort().map(async (name) => `${name} ${await readFile(join(directory, name), 'utf8')}`),
  );
}
