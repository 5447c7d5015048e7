/** A server on this machine that answers as the Hub does, and another one that it sends readers to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubServer {
  readonly endpoint: string;
  /** What was asked of both: `GET /path range`, with ` token` where a token came along. */
  readonly asked: string[];
  /** Bytes that were sent of files. */
  sent(): number;
  close(): void;
}

export interface Behaviour {
  /** Files by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Only with this token. */
  readonly token?: string;
  readonly ranges?: boolean;
  etag?: string;
  /** A signed address holds for so many requests. */
  readonly signedFor?: number;
  /** Answers to give first, before any other. */
  readonly first?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
  }[];
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );

/** The model `someone/model`, commit `abc123`; weights come from the second server. */
export async function startHub(behaviour: Behaviour): Promise<HubServer> {
  const { files, token, ranges = true, signedFor = Infinity, first = [] } = behaviour;
  const refusals = [...first];
  const asked: string[] = [];
  let sent = 0;
  const note = ({ method, url, headers }: IncomingMessage, which: string): void => {
    const { range = '', authorization } = headers;
    asked.push(`${which} ${method} ${url} ${range}${authorization ? ' token' : ''}`.trim());
  };
  const send = (bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const isPart = ranges && from !== undefined;
    const part = isPart ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
    sent += part.length;
    response.writeHead(isPart ? 206 : 200, {
      // The content network names a file in its own way, not as the Hub does.
      etag: behaviour.etag ?? '"1"',
      'accept-ranges': 'bytes',
      'content-length': part.length,
      ...(isPart && { 'content-range': `bytes ${from}-${to}/${bytes.length}` }),
    });
    response.end(part);
  };
  const fileOf = (url: string | undefined): Uint8Array | undefined =>
    files[decodeURIComponent((url ?? '').split('/abc123/')[1]?.split('?')[0] ?? '')];
  /** How often each signed address was used. */
  const used: number[] = [];
  const far = createServer((request, response) => {
    note(request, 'far');
    const bytes = fileOf(request.url);
    const signature = Number(/X-Amz-Signature=(\d+)$/.exec(request.url ?? '')?.[1]);
    const uses = used[signature] ?? Infinity;
    if (request.headers.authorization !== undefined || uses >= signedFor) {
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end('<Error><Code>AccessDenied</Code></Error>');
    } else if (bytes) {
      used[signature] = uses + 1;
      send(bytes, request, response);
    } else response.writeHead(404).end();
  });
  const farUrl = await listen(far);
  const hub = createServer((request, response) => {
    note(request, 'hub');
    const { url = '' } = request;
    const refused = refusals.shift();
    if (refused) {
      response.writeHead(refused.status, refused.headers).end();
    } else if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
    } else if (/^\/api\/models\/someone\/model\/revision\/main\?/.test(url)) {
      const siblings = Object.entries(files).map(([rfilename, { length: size }]) => ({
        rfilename,
        size,
      }));
      response.end(JSON.stringify({ sha: 'abc123', siblings }));
    } else if (fileOf(url) && url.startsWith('/api/resolve-cache/')) {
      send(fileOf(url)!, request, response);
    } else if (fileOf(url) && url.endsWith('.json')) {
      // Small files lie on the Hub itself, at an address that is given without its host.
      const location = url.replace(/^\/(.*)\/resolve\//, '/api/resolve-cache/models/$1/');
      response.writeHead(307, { location, 'x-repo-commit': 'abc123' }).end();
    } else if (fileOf(url)) {
      used.push(0);
      response.writeHead(302, {
        location: `${farUrl}${url}?X-Amz-Expires=3600&X-Amz-Signature=${used.length - 1}`,
        etag: '"sha"',
        'x-linked-etag': '"sha"',
        'x-linked-size': fileOf(url)!.length,
        'x-repo-commit': 'abc123',
        'accept-ranges': 'bytes',
      });
      response.end();
    } else {
      const code = url.includes('/abc123/') ? 'EntryNotFound' : 'RepoNotFound';
      response.writeHead(404, { 'x-error-code': code }).end();
    }
  });
  return {
    endpoint: await listen(hub),
    asked,
    sent: () => sent,
    close: () => {
      for (const server of [hub, far]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
