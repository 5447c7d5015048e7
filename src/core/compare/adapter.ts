/**
 * Low-rank adapters (Hu et al. 2021, "LoRA", section 4.1): ΔW = scale · B·A. Names of PEFT (`….lora_A.weight`,
 * `….lora_B.weight`) and of kohya's scripts (`lora_unet_….lora_down.weight`, `….lora_up.weight`, `….alpha`).
 */
import type { Tensor } from '../checkpoint/checkpoint';
import { FormatError } from '../checkpoint/bytes';
import { elementCount } from '../checkpoint/dtype';
import { readFloat32 } from '../checkpoint/values';
import { smallSingularValues, timesTransposed, triangularFactor } from '../triage/spectrum';
import { withoutPrefix } from './names';
import type { Pause } from './stream';

/** One adapted weight: A [rank, in …], B [out, rank …]. */
export interface AdapterTarget<T = Tensor> {
  /** Name of the adapted module, as the adapter gives it. */
  readonly module: string;
  readonly down: T;
  readonly up: T;
  /** kohya keeps alpha as a tensor of one value. */
  readonly alpha?: T;
  readonly rank: number;
}

export interface Adapter<T = Tensor> {
  readonly kind: 'PEFT' | 'kohya';
  readonly targets: readonly AdapterTarget<T>[];
  /** Tensors that belong to no target. */
  readonly rest: readonly T[];
}

/** `adapter_config.json` beside it. */
export type AdapterConfig = Readonly<Record<string, unknown>>;

const parts =
  /^(.+?)\.(?:(lora_A|lora_embedding_A|lora_down)|(lora_B|lora_embedding_B|lora_up)|(alpha))(?:\.[^.]+)?(?:\.weight)?$/;

/** The adapter that a checkpoint is; undefined when no pair of factors fits together. */
export function findAdapter<T extends Pick<Tensor, 'name' | 'shape'>>(
  tensors: Iterable<T>,
): Adapter<T> | undefined {
  const all = [...tensors];
  const found = new Map<string, { down?: T; up?: T; alpha?: T }>();
  for (const tensor of all) {
    const [, module, down, up, alpha] = parts.exec(tensor.name) ?? [];
    if (module === undefined) continue;
    const target = found.get(module) ?? {};
    found.set(module, target);
    if (down !== undefined) target.down = tensor;
    else if (up !== undefined) target.up = tensor;
    else if (alpha !== undefined) target.alpha = tensor;
  }
  const targets: AdapterTarget<T>[] = [];
  for (const [module, { down, up, alpha }] of found) {
    const rank = down?.shape[0];
    if (!down || !up || !rank || up.shape[1] !== rank) continue;
    targets.push({ module, down, up, rank, ...(alpha && { alpha }) });
  }
  if (targets.length === 0) return undefined;
  const used = new Set(targets.flatMap(({ down, up, alpha }) => [down, up, alpha]));
  return {
    kind: targets.some(({ down }) => down.name.includes('lora_down')) ? 'kohya' : 'PEFT',
    targets,
    rest: all.filter((tensor) => !used.has(tensor)),
  };
}

/** The base weight of each target, by the module's name with or without prefixes, dots or underscores. */
export function createBaseFinder(
  base: ReadonlyMap<string, Tensor>,
): (target: AdapterTarget) => Tensor | undefined {
  const flat = (name: string): string => withoutPrefix(name).replace(/\.weight$/, '');
  const underscored = (name: string): string => flat(name).replaceAll('.', '_');
  const [dotted, joined] = [new Map<string, Tensor>(), new Map<string, Tensor>()];
  for (const tensor of base.values()) {
    if (!tensor.name.endsWith('.weight')) continue;
    dotted.set(flat(tensor.name), tensor);
    joined.set(underscored(tensor.name), tensor);
  }
  return ({ module }) =>
    dotted.get(withoutPrefix(module)) ??
    joined.get(module.replace(/^lora_(?:unet|transformer|te\d?)_/, ''));
}

export interface AdapterChange {
  readonly rank: number;
  readonly alpha: number;
  /** Singular values of scale · B·A, largest first. */
  readonly spectrum: Float32Array;
  readonly norm: number;
  /** ‖W‖ of the base; absent where there is none. */
  readonly baseNorm?: number;
}

/** Spectrum and norm of one target's ΔW; the product itself is never made. */
export async function adapterChange(
  { down, up, alpha: stored, rank, module }: AdapterTarget,
  base: Tensor | undefined,
  config: AdapterConfig | undefined,
  pause: Pause,
): Promise<AdapterChange> {
  const alpha = stored ? ((await readFloat32(stored))[0] ?? rank) : alphaOf(config, module, rank);
  const scale = alpha / (config?.['use_rslora'] === true ? Math.sqrt(rank) : rank);
  const right = triangularFactor(await columnsOf(down, rank, 'rows'));
  const left = triangularFactor(await columnsOf(up, rank, 'columns'));
  await pause();
  const spectrum = Float32Array.from(
    smallSingularValues(timesTransposed(left, right)),
    (value) => Math.abs(scale) * value,
  );
  const baseNorm = base && (await normOfTensor(base, pause));
  const norm = Math.sqrt(spectrum.reduce((sum, value) => sum + value * value, 0));
  return { rank, alpha, spectrum, norm, ...(baseNorm !== undefined && { baseNorm }) };
}

/** PEFT's own default is 8; a config that says nothing of it leaves the factors as they are. */
function alphaOf(config: AdapterConfig | undefined, module: string, rank: number): number {
  const patterns = config?.['alpha_pattern'];
  if (typeof patterns === 'object' && patterns !== null) {
    for (const [ending, value] of Object.entries(patterns)) {
      if (typeof value === 'number' && (module === ending || module.endsWith(`.${ending}`)))
        return value;
    }
  }
  const alpha = config?.['lora_alpha'];
  return typeof alpha === 'number' && Number.isFinite(alpha) ? alpha : rank;
}

/** A factor of more values than this is no low-rank factor: 400 MiB while it is worked on. */
const mostValues = 1 << 25;

/** The rank vectors of a factor: the rows of A, or the columns of B. Further dimensions are convolutions'. */
async function columnsOf(
  factor: Tensor,
  rank: number,
  side: 'rows' | 'columns',
): Promise<Float64Array[]> {
  const count = elementCount(factor.shape);
  if (count > mostValues) {
    throw new FormatError(factor.file, `${count} values are too many for a low-rank factor`, {
      tensor: factor.name,
    });
  }
  const values = await readFloat32(factor);
  const length = count / rank;
  return Array.from({ length: rank }, (_, r) =>
    side === 'rows'
      ? Float64Array.from(values.subarray(r * length, (r + 1) * length))
      : Float64Array.from({ length }, (_, i) => values[i * rank + r]!),
  );
}

const pieceElements = 1 << 20;

async function normOfTensor(tensor: Tensor, pause: Pause): Promise<number> {
  const total = elementCount(tensor.shape);
  let sum = 0;
  for (let start = 0; start < total; start += pieceElements) {
    const count = Math.min(pieceElements, total - start);
    for (const value of await readFloat32(tensor, undefined, { start, count }))
      if (value - value === 0) sum += value * value;
    await pause();
  }
  return Math.sqrt(sum);
}
