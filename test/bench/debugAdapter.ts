/** A client of the debug adapter protocol over a process's standard streams, as small as a benchmark needs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

type Body = Readonly<Record<string, unknown>>;
interface Message {
  readonly type: string;
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: Body;
}

export interface Adapter {
  request(command: string, body?: object): Promise<Body>;
  /** The next event of that name. */
  event(name: string): Promise<Body>;
  close(): void;
}

export function startAdapter(command: string, words: readonly string[]): Adapter {
  const child: ChildProcess = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const events = new EventEmitter();
  const waiting = new Map<number, (message: Message) => void>();
  let count = 0;
  let buffer = Buffer.alloc(0);
  child.stdout?.on('data', (data: Buffer) => {
    buffer = Buffer.concat([buffer, data]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      const size = Number(/Content-Length: (\d+)/i.exec(buffer.toString('latin1', 0, end))?.[1]);
      if (end < 0 || buffer.length < end + 4 + size) return;
      const text = buffer.toString('utf8', end + 4, end + 4 + size);
      buffer = buffer.subarray(end + 4 + size);
      const message = JSON.parse(text) as Message;
      if (message.type === 'event') events.emit(message.event ?? '', message.body ?? {});
      else if (message.request_seq !== undefined) waiting.get(message.request_seq)?.(message);
    }
  });
  return {
    request(name, body = {}) {
      const seq = ++count;
      const answered = new Promise<Body>((resolve, reject) => {
        waiting.set(seq, ({ success, message, body: answer = {} }) => {
          if (success) resolve(answer);
          else reject(new Error(message));
        });
      });
      const text = JSON.stringify({ seq, type: 'request', command: name, arguments: body });
      child.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      return answered;
    },
    event: async (name) => ((await once(events, name)) as [Body])[0],
    close: () => child.kill(),
  };
}
