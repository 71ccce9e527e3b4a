import { once } from 'node:events';
import { createServer } from 'node:http';

/** Serves the pages of viewers, which fetch the log from Loom. @param files see bundle.mjs */
export class PageServer {
  #server;

  static async start(files) {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const server = createServer((req, res) => {
      const file = byPath.get(req.url);
      if (file === undefined) return res.writeHead(404).end();
      const { type, content } = file;
      res.writeHead(200, {
        ...{ 'Content-Type': type, 'Content-Length': content.length, 'Content-Encoding': 'gzip' },
      });
      res.end(content);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PageServer(server);
  }

  constructor(server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${server.address().port}`;
  }

  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
