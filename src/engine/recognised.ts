/** What a checkpoint is: its config and its model spec taken into account. */
import { FormatError, type Folder } from '../core/checkpoint/bytes';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { MemoryMatch, Options } from '../core/memory/memory';
import { applySpec, isFamily, type ModelSpec } from '../core/memory/spec';
import type { Architecture, Config } from '../core/model/architecture';
import { families } from '../core/model/families';
import { recognise } from '../core/model/recognise';
import type { Recognition } from '../protocol/engine';
import { readConfig } from './config';
import { readSpec } from './memory/readSpec';

export interface RecognisedCheckpoint {
  readonly recognition: Recognition;
  readonly config: Config;
  readonly warnings: readonly string[];
  /** The checkpoint under the names that the architecture knows. */
  readonly seen: Checkpoint;
  /** There when it runs over tokens. */
  readonly architecture?: Architecture;
  /** There when it runs over arrays. */
  readonly match?: MemoryMatch;
  /** Settings that the model spec tells. */
  readonly options: Options;
}

/**
 * `name` is that of the opened file. A spec beside it that cannot be used is a warning, one that was given by its path
 * (`specPath`) an error.
 */
export async function recogniseCheckpoint(
  name: string,
  checkpoint: Checkpoint,
  folder: Folder,
  specPath?: string,
): Promise<RecognisedCheckpoint> {
  const { config, warning } = await readConfig(folder, checkpoint);
  const warnings = warning ? [warning] : [];
  const plain = async () => {
    const recognised = await recogniseBy(checkpoint, config, folder, warnings);
    return { ...recognised, warnings, options: {} };
  };
  try {
    const spec = await readSpec(name, folder, specPath);
    if (!spec) return await plain();
    const seen = applySpec(checkpoint, spec);
    const all = { ...config, ...spec.config };
    const recognised = await recogniseBy(seen, all, folder, warnings, spec.architecture);
    await checkFamily(spec, recognised.recognition, seen);
    return { ...recognised, warnings, options: spec.options };
  } catch (error) {
    if (specPath !== undefined || !(error instanceof FormatError)) throw error;
    warnings.push(error.message);
    return plain();
  }
}

/** `architecture`: the one that a spec says it is. Words of a model that takes ids are looked for beside it. */
async function recogniseBy(
  seen: Checkpoint,
  config: Config,
  folder: Folder,
  warnings: string[],
  architecture?: string,
) {
  const found = await recogniseNames(seen, config, architecture);
  const inputs = ('match' in found && found.match?.inputs) || [];
  if (inputs.every(({ text }) => !text)) return { ...found, config };
  const { vocabularyBeside } = await import('./memory/vocabulary');
  const words = await vocabularyBeside(folder, inputs, config).catch((error: Error) => {
    warnings.push(error.message);
    return {};
  });
  const all = { ...words, ...config };
  return { ...(await recogniseNames(seen, all, architecture)), config: all };
}

async function recogniseNames(seen: Checkpoint, config: Config, architecture?: string) {
  const ofTokens = recognise(seen.tensors, config);
  if (ofTokens.recognition.kind === 'runnable') return { seen, ...ofTokens };
  // Most that run are of tokens: the code of the others is loaded for one that is not.
  const { recogniseMemory } = await import('../core/memory/recognise');
  const ofArrays = recogniseMemory(
    seen.tensors,
    config,
    seen.metadata,
    (family) => architecture === undefined || isFamily(family, architecture),
  );
  const isKnown = ofArrays.recognition.kind !== 'unknown';
  const better = ofArrays.match !== undefined || ofTokens.recognition.kind === 'unknown';
  return isKnown && better ? { seen, ...ofArrays } : { seen, ...ofTokens };
}

async function whyUnknown(architecture: string, tensors: Checkpoint['tensors']): Promise<string> {
  const { memoryFamilies } = await import('../core/memory/families');
  const names = [...new Set([...families, ...memoryFamilies].map(({ name }) => name))];
  if (!names.some((name) => isFamily(name, architecture))) {
    const told = JSON.stringify(architecture);
    return `no architecture is called ${told}, known ones are: ${names.join(', ')}`;
  }
  const { templates } = await import('../core/memory/draft/templates');
  const template = templates.find((one) => isFamily(one.architecture, architecture));
  const missing = template?.roles.find(({ name, optional }) => !optional && !tensors.has(name));
  return missing
    ? `${architecture} needs ${missing.name} [${missing.dimensions.join(', ')}], no tensor is given that name`
    : `the names that it gives are not those of ${architecture}`;
}

/** Throws FormatError that says what is missing of the architecture that a spec names. */
async function checkFamily(
  { file, architecture }: ModelSpec,
  recognition: Recognition,
  { tensors }: Checkpoint,
): Promise<void> {
  if (architecture === undefined) return;
  if (recognition.kind === 'unknown') {
    throw new FormatError(file, await whyUnknown(architecture, tensors));
  }
  if (!isFamily(recognition.family, architecture)) {
    throw new FormatError(
      file,
      `expected ${architecture}, the names that it gives are those of ${recognition.family}`,
    );
  }
  if (recognition.kind === 'incomplete') {
    throw new FormatError(file, recognition.problems[0] ?? 'the architecture is incomplete');
  }
}
