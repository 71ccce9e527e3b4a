import { type OpenapiDocument, type Parameter, resolved } from './watch/openapi-document';

/** Fills the paths of the document with the examples of their parameters, and sees to it that what they name is there. */
export class ExamplePaths {
  /** @param headers of requests that may do everything */
  constructor(
    private readonly document: OpenapiDocument,
    private readonly server: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** @returns the path with examples, of which each is there anew: the request before may have deleted it */
  async fill(path: string): Promise<string> {
    if (path.startsWith('/stream/{id}')) await this.#put('/stream/build-7?force=true', 'one line\n');
    if (path.startsWith('/v1/')) await this.#put('/v1/stream/chat/room-1');
    if (path === '/assets/{name}') return `/${await this.#assetOfPage()}`;
    if (path === '/cama/session/{id}')
      return (await this.#put('/cama/session')).headers.get('location') ?? '';
    const item = this.document.paths[path];
    const parameters = (item?.parameters ?? []).map((one) => resolved<Parameter>(this.document, one).value);
    return path.replaceAll(/\{(\w+)\}/g, (_hole, name) =>
      String(parameters.find((one) => one.name === name)?.example),
    );
  }

  #put(path: string, body?: string): Promise<Response> {
    const { server, headers } = this;
    return fetch(server + path, { method: 'PUT', headers, ...(body !== undefined && { body }) });
  }

  async #assetOfPage(): Promise<string> {
    const page = await (await fetch(`${this.server}/docs`)).text();
    return / src="([^"]+)"/.exec(page)?.[1] ?? '';
  }
}
