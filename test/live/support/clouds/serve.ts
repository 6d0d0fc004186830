/** A server on loopback that stands for a cloud, as far as its wire goes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface Answered {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  /** Every request, as `METHOD path`. */
  readonly asked: readonly string[];
}

export async function serve(
  answer: (asked: Asked, url: string) => Answered,
  tls?: { readonly key: string; readonly cert: string },
  /** What was asked is done, and its answer is lost with the connection. */
  isCut: (asked: Asked) => boolean = () => false,
): Promise<Served> {
  const asked: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback');
    const method = request.method ?? 'GET';
    asked.push(`${method} ${pathname}`);
    const question: Asked = {
      method,
      path: decodeURIComponent(pathname),
      query: searchParams,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const { status = 200, headers = {}, body = '' } = answer(question, url);
    if (isCut(question)) {
      request.socket.destroy();
      return;
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/xml' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(599).end(String(error));
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What may go wrong, and when: told by a test, met once. */
export class Trouble {
  readonly #due: { word: string; after: number }[] = [];
  /** The request after `after` others of this word fails. */
  plan(word: string, after = 0): void {
    this.#due.push({ word, after });
  }
  meets(word: string): boolean {
    for (const [index, one] of this.#due.entries())
      if (one.word === word && one.after-- <= 0) {
        this.#due.splice(index, 1);
        return true;
      }
    return false;
  }
}
