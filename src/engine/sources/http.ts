/** Requests to the Hugging Face Hub: the token goes to its own origin alone, and every failure is one line. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as setTimeoutOf } from 'node:timers/promises';
import { FormatError } from '../../core/checkpoint/bytes';
import { refusal, waitOf } from './refusals';

/** One model's way to the Hub. */
export interface HubClient {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /**
   * The body of an address, redirects followed. Rejects with one line that begins with `name` unless the answer is 2xx,
   * `check` takes it, and the body has at most `limit` bytes.
   */
  get(
    name: string,
    url: string,
    limit: number,
    headers?: Readonly<Record<string, string>>,
    check?: (answer: Answer) => void,
  ): Promise<Uint8Array>;
  /** Every request rejects, also those under way. */
  close(): void;
}

export type Answer = Pick<Response, 'status' | 'headers'>;

/** What the official client reads too (huggingface_hub, environment variables). */
export interface HubSettings {
  readonly endpoint: string;
  readonly token?: string;
}

const maxRequests = 4;
const maxRedirects = 5;
/** Files of one model that are read at all. */
const maxLed = 1000;
/** Seconds that a person waits without being told. */
const mostPatience = 5;
/** Without an answer or another piece of it. */
const timeout = 30_000;

export async function hubSettings(env: NodeJS.ProcessEnv = process.env): Promise<HubSettings> {
  const endpoint = (env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '');
  const given = env['HF_TOKEN'] || env['HUGGING_FACE_HUB_TOKEN'];
  const home =
    env['HF_HOME'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'huggingface');
  const file = env['HF_TOKEN_PATH'] || join(home, 'token');
  const token = (given ?? (await readFile(file, 'utf8').catch(() => ''))).trim();
  return token === '' ? { endpoint } : { endpoint, token };
}

export function createHubClient({ endpoint, token }: HubSettings): HubClient {
  const origin = originOf(endpoint);
  const closing = new AbortController();
  const turn = createTurns(maxRequests);

  /** Where the Hub last led to for an address: a signed one that holds for a while, asked again without the Hub. */
  const led = new Map<string, URL>();

  const ask = (
    at: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> => {
    // A content network that the Hub sends us to is told nothing about the person.
    const authorization = token !== undefined && at.origin === origin && `Bearer ${token}`;
    return fetch(at, {
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'mnemoscope',
        ...headers,
        ...(authorization && { authorization }),
      },
      redirect: 'manual',
      signal,
    });
  };

  const follow = async (
    name: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> => {
    const known = led.get(url);
    if (known) {
      const response = await ask(known, headers, signal);
      // Its signature has run out: the Hub gives another one.
      if (response.status < 400 || response.status === 416 || response.status >= 500)
        return response;
      await response.body?.cancel();
      led.delete(url);
    }
    let at = new URL(url);
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const response = await ask(at, headers, signal);
      const target = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || target === null) {
        if (at.origin !== origin && response.ok && led.size < maxLed) led.set(url, at);
        return response;
      }
      await response.body?.cancel();
      const next = new URL(target, at);
      if (next.protocol !== at.protocol && next.protocol !== 'https:') {
        throw new FormatError(name, `the Hub leads to an address of ${next.protocol}`);
      }
      at = next;
    }
    throw new FormatError(name, `the Hub leads in a circle (${maxRedirects} redirects)`);
  };

  /** The same, once more after a moment where the Hub is busy. */
  const patiently: typeof follow = async (name, url, headers, signal) => {
    const response = await follow(name, url, headers, signal);
    const seconds = waitOf(response);
    if (seconds === undefined || seconds > mostPatience) return response;
    await response.body?.cancel();
    await setTimeoutOf(1000 * seconds, undefined, { signal });
    return follow(name, url, headers, signal);
  };

  return {
    endpoint,
    get: (name, url, limit, headers = {}, check) =>
      turn(async () => {
        const stalled = new AbortController();
        const timer = setTimeout(() => stalled.abort(), timeout);
        const signal = AbortSignal.any([closing.signal, stalled.signal]);
        try {
          const response = await patiently(name, url, headers, signal);
          try {
            if (!response.ok) {
              throw new FormatError(name, refusal(response, origin, token !== undefined));
            }
            check?.(response);
            return await bodyOf(response, name, limit, () => timer.refresh());
          } catch (error) {
            await response.body?.cancel().catch(() => undefined);
            throw error;
          }
        } catch (error) {
          throw readable(error, name, origin, { closed: closing.signal, stalled: stalled.signal });
        } finally {
          clearTimeout(timer);
        }
      }),
    close: () => closing.abort(),
  };
}

async function bodyOf(
  response: Response,
  name: string,
  limit: number,
  onPiece: () => void,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done || !value) break;
    onPiece();
    length += value.length;
    if (length > limit) {
      await reader?.cancel();
      throw new FormatError(name, `the Hub sends more than the ${limit} bytes that were asked for`);
    }
    pieces.push(value);
  }
  return Buffer.concat(pieces, length);
}

function originOf(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw new FormatError('HF_ENDPOINT', `${JSON.stringify(endpoint)} is not an address of the web`);
}

/** What fetch throws as one line. */
function readable(
  error: unknown,
  name: string,
  origin: string,
  { closed, stalled }: Readonly<Record<'closed' | 'stalled', AbortSignal>>,
): Error {
  if (error instanceof FormatError) return error;
  if (closed.aborted) return new FormatError(name, 'it was closed while it was read');
  if (stalled.aborted) {
    return new FormatError(name, `${origin} does not answer within ${timeout / 1000} s`);
  }
  const { code } = ((error as Error | undefined)?.cause ?? {}) as { code?: unknown };
  const reason = typeof code === 'string' ? ` (${code})` : '';
  return new FormatError(name, `${origin} cannot be reached${reason}`);
}

/** Runs at most `most` at a time, the others in the order of asking. */
function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
