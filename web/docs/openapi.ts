/** The parts of an OpenAPI document that the page shows. */
export interface Openapi {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly summary: string;
    readonly description: string;
  };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A part, or where the document has it. */
export type Referable<T> = T | Reference;

interface Reference {
  readonly $ref: string;
}

export const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

type PathItem = Readonly<Partial<Record<(typeof METHODS)[number], Operation>>> & {
  readonly parameters?: readonly Referable<Parameter>[];
};

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Referable<Parameter>[];
  readonly requestBody?: Referable<Body>;
  readonly responses: Readonly<Record<string, Referable<Answer>>>;
  readonly 'x-scopes'?: readonly string[];
  readonly 'x-head'?: boolean;
  readonly 'x-own-port'?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly example?: string | number;
}

/** The body of a request. */
export interface Body {
  readonly description?: string;
  readonly content: Content;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Referable<Header>>>;
  readonly content?: Content;
}

interface Header {
  readonly description: string;
}

/** By media type. */
export type Content = Readonly<
  Record<string, { readonly schema: Schema; readonly 'x-item-schema'?: Schema }>
>;

export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** An operation, and where it is. */
export interface PlacedOperation extends Operation {
  readonly method: string;
  readonly path: string;
}

/** The operations of a section, in the order of the document. */
export function operationsOf({ paths }: Openapi, tag: string): readonly PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation?.tags[0] !== tag) return [];
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      return [{ ...operation, parameters, method, path }];
    }),
  );
}

/** Follows a reference within the document. */
export function resolve<T extends object>(document: Openapi, value: Referable<T>): T {
  if (!('$ref' in value)) return value;
  let at: unknown = document;
  for (const name of String(value.$ref).slice('#/'.length).split('/'))
    at = new Map(Object.entries(Object(at))).get(name);
  return at as T;
}

/** The last part of a reference, which is the name of what it leads to. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
