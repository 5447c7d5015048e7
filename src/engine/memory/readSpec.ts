/** The model spec of a checkpoint: the file that was given, or the one beside it. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FormatError, readBytes, textOf, type Folder } from '../../core/checkpoint/bytes';
import { type ModelSpec, parseSpec, specEnding } from '../../core/memory/spec';

/** A spec is a page of text; more than this is none. */
const largest = 4 * 1024 * 1024;

/** `path` wins over `NAME.mnemoscope.json` beside the checkpoint; the ending of NAME may be left out. Throws FormatError. */
export async function readSpec(
  checkpoint: string,
  folder: Folder,
  path: string | undefined,
): Promise<ModelSpec | undefined> {
  if (path !== undefined) return parseSpec(basename(path), await readGiven(path));
  const names = [checkpoint, checkpoint.replace(/\.[^.]+$/, '')].map((name) => name + specEnding);
  const there = await folder.list();
  const name = names.find((one) => there.includes(one));
  if (name === undefined) return undefined;
  const source = await folder.open(name);
  checkSize(name, source.size);
  const bytes = await readBytes(source, 0, source.size, 'the spec');
  return parseSpec(name, textOf(bytes, source, 'the spec'));
}

async function readGiven(path: string): Promise<string> {
  const name = basename(path);
  const { size } = await stat(path).catch(() => {
    throw new FormatError(name, 'there is no such file');
  });
  checkSize(name, size);
  return readFile(path, 'utf8');
}

function checkSize(name: string, size: number): void {
  if (size > largest) throw new FormatError(name, `${size} bytes are too many for a model spec`);
}
