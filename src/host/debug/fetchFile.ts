/** Brings a file of the debugged process here, and removes it there. */
import { readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DebugSession } from 'vscode';
import type { Language, SavedFile } from './language';

/** Largest part of a file that one evaluation hands over, bytes. */
const part = 512 * 1024;
/** A file larger than this is not fetched through the debugger. */
const largest = 64 * 1024 * 1024;

/**
 * From our own disk where the file lies in the session's `folder`, which only a program that shares our file system knows; else
 * in parts through the debugger: what it names may be anything here.
 */
export async function fetchFile(
  session: DebugSession,
  language: Language,
  { path, bytes }: SavedFile,
  folder: string,
): Promise<Uint8Array> {
  const isShared = dirname(path) === folder;
  try {
    if (isShared) return await readFile(path);
    if (bytes > largest)
      throw new Error(`${bytes} bytes are too many to fetch through the debugger`);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes; at += part) {
      parts.push(await language.readFile(session, path, at, Math.min(part, bytes - at)));
    }
    return Buffer.concat(parts);
  } finally {
    await (isShared ? unlink(path) : language.removeFile(session, path)).catch(() => undefined);
  }
}
