/** The one line to the extension host. */
import { createClient } from '../src/protocol/rpc';
import type { HostMethods, HostNotes } from '../src/protocol/webview';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export const vscode = acquireVsCodeApi();

export const host = createClient<HostMethods, HostNotes>({
  post: (message) => vscode.postMessage(message),
  listen: (receive) => window.addEventListener('message', ({ data }) => receive(data)),
});

/** The sentence that a person reads about something that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
