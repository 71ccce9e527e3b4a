import { writerOf } from '../../src/core/log/log';
import { type LogId, parseLogId } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import { bytes, INIT, infoOf, listAll, seal, textOf } from './logs';
import type { Subject } from './store.contract';

const HOSTILE = [
  '../x',
  '../../../../etc/passwd',
  '/etc/passwd',
  'a',
  'a/b',
  'a%2Fb',
  'A',
  'a ',
  ' a',
  'a.',
  '...',
  '-rf',
  '~',
  'con',
  'a:b',
  'loom:{1}:list',
  '{tag}',
  '{}',
  '}{',
  '*?[',
  '*',
  '\\',
  '"\'`$(id)',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'undefined',
  '0',
  '-1',
  '👩‍👩‍👧',
  '\u00e9',
  'e\u0301',
  '\u202e\u2066',
  '\ufffd',
  'x'.repeat(512),
  'x'.repeat(511),
  '/'.repeat(512),
  'é'.repeat(256),
  '💡'.repeat(128),
];

/** These ids are used as they are, so every test leaves none of them behind. */
export function describeHostileIds(subject: Subject): void {
  async function remove(id: LogId): Promise<void> {
    const info = await subject.store.info(id);
    if (info !== undefined)
      await subject.store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
  }

  it('each id names its own log', async () => {
    const { store } = subject;
    const ids = HOSTILE.map(parseLogId);
    for (const id of ids) {
      const { info } = await store.create(id, { ...INIT, metadata: id }, 'replace');
      await store.append(writerOf(info), START, bytes(`of ${id}`));
    }
    for (const id of ids) {
      const info = await infoOf(store, id);
      expect(info).toMatchObject({ id, metadata: id, state: 'open' });
      expect(await textOf(store, info)).toBe(`of ${id}`);
    }
    for (const [i, id] of ids.entries()) {
      await remove(id);
      expect(await store.info(id)).toBeUndefined();
      for (const later of ids.slice(i + 1, i + 3)) expect((await infoOf(store, later)).id).toBe(later);
    }
  });

  it.each([
    ['../x', '../x'],
    ['__proto__', '__proto__'],
    ['*?[', '*?['],
    ['{tag}', '{tag}'],
    ['128 light bulbs', '💡'.repeat(128)],
    ['512 slashes', '/'.repeat(512)],
  ])('a log named %s can be sealed, listed and replaced', async (_name, raw) => {
    const { store } = subject;
    const id = parseLogId(raw);
    await remove(id);
    expect(await store.info(id)).toBeUndefined();
    const { info } = await store.create(id, INIT, 'new');
    await seal(store, writerOf(info));
    expect((await listAll(store, { limit: 100, prefix: raw })).map((log) => log.id)).toContain(id);
    const { replaced } = await store.create(id, INIT, 'replace');
    expect(replaced).toBe(true);
    await remove(id);
  });
}
