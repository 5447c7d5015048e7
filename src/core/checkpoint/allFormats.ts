/** Which formats there are. */
import { archive } from './archive';
import type { ByteSource, Folder, Platform } from './bytes';
import type { Checkpoint, Format } from './checkpoint';
import { flax } from './flax';
import { gguf, isLaterPart } from './gguf';
import { hdf5 } from './hdf5';
import { kerasShards } from './kerasShards';
import { npy } from './npy';
import { onnx } from './onnx';
import { orbax } from './orbax';
import { orbaxStep } from './orbaxStep';
import { safetensors } from './safetensors';
import { savedModel } from './savedModel';
import { sharded } from './shards';
import { tensorflow } from './tensorflow';
import { tfjs } from './tfjs';
import { tflite } from './tflite';
import { torchDistributed } from './torchDistributed';
import { torchLegacy } from './torchLegacy';

type OpenFile = (source: ByteSource, folder: Folder, platform: Platform) => Promise<Checkpoint>;

/** One line per format. The bytes decide first, then the name, in this order. `openFile` opens the shards of one. */
export const allFormats = (openFile: OpenFile): readonly Format[] => [
  sharded(openFile),
  kerasShards,
  torchDistributed,
  safetensors,
  archive,
  torchLegacy,
  flax,
  npy,
  gguf,
  onnx,
  hdf5,
  orbax,
  orbaxStep,
  savedModel,
  tfjs,
  tflite,
  tensorflow,
];

/** Files of the first format that has any: a folder of weights may hold optimiser states too. */
export function candidatesIn(
  names: readonly string[],
  formats: readonly Format[],
): readonly string[] {
  const first = names.filter((name) => !isLaterPart(name));
  for (const { extensions } of formats) {
    const own = first.filter((name) => extensions.some((end) => name.toLowerCase().endsWith(end)));
    if (own.length) return own.toSorted();
  }
  return [];
}
