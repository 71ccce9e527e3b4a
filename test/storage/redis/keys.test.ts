import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLogId } from '../../../src/core/log/log-id';
import { logKeys, partitionKeys } from '../../../src/storage/redis/schema/keys';

const SHARED = join(__dirname, '../../../src/storage/redis/schema/lua/shared.lua');

describe('the keys of a script about one log', () => {
  it('a script gets as many keys as shared.lua names and describes', () => {
    const lua = readFileSync(SHARED, 'utf8');
    const described = [...lua.matchAll(/^ {2}KEYS\[(\d+)\]/gm)].map(([, number]) => Number(number));
    const [, names = ''] = /^local (.*) = unpack\(KEYS\)$/m.exec(lua) ?? [];
    const keys = logKeys(parseLogId('a'));
    expect(described).toEqual(keys.map((_, i) => i + 1));
    expect(names.split(', ')).toHaveLength(keys.length);
    expect(partitionKeys(0)).toHaveLength(keys.length);
  });
});
