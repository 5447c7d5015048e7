/**
 * Typed calls between two ends that can only post messages (host and webview, host and engine).
 * A method map gives the types of calls and results; a result is `{ok}` or `{err}`; a call can be cancelled.
 */

/** Method name → function type. `(params) => result`; what is passed must survive structured clone. */
export type Methods = Record<string, (params: never) => unknown>;
/** Notification name → its payload. */
export type Notes = Record<string, unknown>;

/** One end of a channel. */
export interface Port {
  post(message: unknown): void;
  listen(receive: (message: unknown) => void): void;
}

type Params<M extends Methods, K extends keyof M> = Parameters<M[K]>[0];
type Result<M extends Methods, K extends keyof M> = Awaited<ReturnType<M[K]>>;

/** What the serving end implements. */
export type Handlers<M extends Methods> = {
  [K in keyof M]: (
    params: Params<M, K>,
    signal: AbortSignal,
  ) => Result<M, K> | Promise<Result<M, K>>;
};

export interface Client<M extends Methods, N extends Notes> {
  call<K extends keyof M & string>(
    method: K,
    params: Params<M, K>,
    signal?: AbortSignal,
  ): Promise<Result<M, K>>;
  /** Follows notifications of the other end; returns a function that stops. */
  on<K extends keyof N & string>(note: K, listener: (payload: N[K]) => void): () => void;
  /** Fails every call that still waits: the other end is gone. */
  fail(reason: string): void;
}

export interface Server<N extends Notes> {
  notify<K extends keyof N & string>(note: K, payload: N[K]): void;
}

/** An error that came from the other end; `message` is the one line that a person may read. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
}

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

type Message =
  | { kind: 'call'; id: number; method: string; params: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'ok'; id: number; ok: unknown }
  | { kind: 'err'; id: number; err: string }
  | { kind: 'note'; note: string; payload: unknown };

const kinds = new Set(['call', 'cancel', 'ok', 'err', 'note']);

/** The other end may be a webview: take nothing for granted. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, id, method, note } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !kinds.has(kind)) return false;
  if (kind === 'note') return typeof note === 'string';
  return Number.isSafeInteger(id) && (kind !== 'call' || typeof method === 'string');
}

export function createClient<M extends Methods, N extends Notes>(port: Port): Client<M, N> {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  let next = 1;
  port.listen((message) => {
    if (!isMessage(message)) return;
    if (message.kind === 'note') {
      for (const listener of listeners.get(message.note) ?? []) listener(message.payload as never);
    } else if (message.kind === 'ok' || message.kind === 'err') {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'ok') call?.resolve(message.ok);
      else call?.reject(new RemoteError(message.err));
    }
  });
  return {
    call: (method, params, signal) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        const cancel = (): void => port.post({ kind: 'cancel', id });
        port.post({ kind: 'call', id, method, params });
        if (signal?.aborted) cancel();
        else signal?.addEventListener('abort', cancel, { once: true });
      }),
    on(note, listener) {
      const set = listeners.get(note) ?? new Set();
      listeners.set(note, set.add(listener));
      return () => set.delete(listener);
    },
    fail(reason) {
      for (const call of waiting.values()) call.reject(new RemoteError(reason));
      waiting.clear();
    },
  };
}

/** Serves the methods. An exception becomes `{err}` with its message; stacks stay on this side. */
export function serve<M extends Methods, N extends Notes>(
  port: Port,
  handlers: Handlers<M>,
): Server<N> {
  const running = new Map<number, AbortController>();
  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!Object.hasOwn(handlers, method)) throw new Error(`unknown method ${method}`);
      const handler = handlers[method as keyof M];
      port.post({ kind: 'ok', id, ok: await handler(params as never, controller.signal) });
    } catch (error) {
      port.post({ kind: 'err', id, err: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  };
  port.listen((message) => {
    if (!isMessage(message)) return;
    if (message.kind === 'call') void answer(message.id, message.method, message.params);
    else if (message.kind === 'cancel') running.get(message.id)?.abort();
  });
  return { notify: (note, payload) => port.post({ kind: 'note', note, payload }) };
}
