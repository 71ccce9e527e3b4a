import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

export const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

type Method = (typeof METHODS)[number];

/** The parts of the document that are compared with answers. */
export interface OpenapiDocument {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
  readonly 'x-common-headers': Readonly<Record<string, Reference>>;
}

export type PathItem = Readonly<Partial<Record<Method, Operation>>> & {
  readonly parameters?: readonly (Reference | Parameter)[];
};

export interface Reference {
  readonly $ref: string;
}

export interface Parameter {
  readonly name: string;
  readonly example?: string | number;
  readonly 'x-slashes'?: boolean;
}

export interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Reference | DocumentedResponse>>;
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly example?: unknown }>>;
  };
  readonly security?: readonly object[];
  /** A token needs one of them. */
  readonly 'x-scopes'?: readonly string[];
  /** The GET is answered as HEAD as well. */
  readonly 'x-head'?: boolean;
  /** At the root of the port of a relay. */
  readonly 'x-own-port'?: string;
}

export interface DocumentedResponse {
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content?: Readonly<Record<string, MediaType>>;
  /** Not every run of the tests gets it. */
  readonly 'x-seldom'?: boolean;
  /** Of a `default`: it stands for every status. */
  readonly 'x-any-status'?: boolean;
}

interface MediaType {
  readonly schema: object;
  readonly 'x-item-schema'?: object;
}

const FILE = join(__dirname, '../../../openapi.yaml');

export function readOpenapi(): OpenapiDocument {
  return load(readFileSync(FILE, 'utf8')) as OpenapiDocument;
}

/** Follows a `$ref` within the document. */
export function resolved<T extends object>(
  document: OpenapiDocument,
  value: Reference | T,
): { value: T; pointer: string | undefined } {
  if (!('$ref' in value)) return { value, pointer: undefined };
  const pointer = String(value.$ref);
  let at: unknown = document;
  for (const part of pointer.slice('#/'.length).split('/')) at = Object(at)[unescaped(part)];
  return { value: at as T, pointer };
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A part of a JSON pointer. */
export function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
