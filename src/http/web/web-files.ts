import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { ContentCoding } from '../headers/accept-encoding';
import { codedTag } from '../headers/coded-tag';

/** A page by its name, which is that of its script in `web/pages`. */
export type WebPage = 'list' | 'stream' | 'spy' | 'docs';

/** The files that a page needs at once, by name. */
export interface PageFiles {
  readonly script: string;
  readonly styles: readonly string[];
}

/** A file of the pages, in each coding that it was compressed to. */
export interface WebAsset {
  readonly contentType: string;
  readonly forms: ReadonlyMap<ContentCoding, AssetForm>;
}

interface AssetForm {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** What `npm run build` made of `web`. */
export interface WebFiles {
  readonly pages: Readonly<Record<WebPage, PageFiles>>;
  /** By name. */
  readonly assets: ReadonlyMap<string, WebAsset>;
  /** The files of the OpenAPI document, by name. */
  readonly openapi: ReadonlyMap<string, WebAsset>;
}

/** `dist/web`, from `src/http/web` and from `dist/http/web`. */
const DIRECTORY = join(__dirname, '../../../dist/web');
const MANIFEST = 'manifest.json';

/** They stay in memory. The pages of this project have a twentieth of it. */
const BYTES_MAX = 4 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const OPENAPI_TYPES: Readonly<Record<string, string>> = {
  'openapi.yaml': 'application/yaml',
  'openapi.json': 'application/json',
};
const CODINGS: Readonly<Record<string, ContentCoding>> = { '.br': 'br', '.gz': 'gzip' };

/** @returns `undefined` if the pages are not built @throws Error if they are larger than what a server keeps in memory */
export function readWebFiles(directory = DIRECTORY): WebFiles | undefined {
  const manifest = join(directory, MANIFEST);
  if (!existsSync(manifest)) return undefined;
  const assets = readAssets(directory, (name) => TYPES[extname(name)]);
  const openapi = readAssets(directory, (name) => OPENAPI_TYPES[name]);
  const all = [...assets.values(), ...openapi.values()];
  const size = all.flatMap(({ forms }) => [...forms.values()]).reduce(addBytes, 0);
  if (size > BYTES_MAX)
    throw new Error(`The files in ${directory} have ${size} bytes, more than ${BYTES_MAX}`);
  return { pages: JSON.parse(readFileSync(manifest, 'utf8')), assets, openapi };
}

function readAssets(
  directory: string,
  typeOf: (name: string) => string | undefined,
): ReadonlyMap<string, WebAsset> {
  return new Map(
    readdirSync(directory).flatMap((name) => {
      const contentType = typeOf(name);
      return contentType === undefined ? [] : [[name, readAsset(directory, name, contentType)]];
    }),
  );
}

function readAsset(directory: string, name: string, contentType: string): WebAsset {
  const bytes = readFileSync(join(directory, name));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const forms = new Map<ContentCoding, AssetForm>([['identity', { bytes, etag }]]);
  for (const [suffix, coding] of Object.entries(CODINGS)) {
    const file = join(directory, name + suffix);
    if (existsSync(file)) forms.set(coding, { bytes: readFileSync(file), etag: codedTag(etag, coding) });
  }
  return { contentType, forms };
}

function addBytes(sum: number, { bytes }: AssetForm): number {
  return sum + bytes.length;
}
