/** The parts of a model in the order of a forward pass, from tensor names and shapes alone. Pure guesswork is left out. */
import { elementCount } from '../checkpoint/dtype';

/** A row of the tensor list. */
export interface FlowTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Name of an earlier tensor over the same bytes. */
  readonly sharedWith?: string | undefined;
}

/** What the names and shapes of a module prove; `other` otherwise. */
export type Role = 'embedding' | 'linear' | 'convolution' | 'norm' | 'other';

export interface Part {
  /** Path of the module, `attn.c_attn`; inside a block without the block's own path. */
  readonly name: string;
  readonly role: Role;
  /** Length of an input and of an output vector; rows and width of an embedding. */
  readonly from?: number;
  readonly to?: number;
  /** Kernel of a convolution, or the shape of what is no known module. */
  readonly shape?: readonly number[];
  readonly parameters: number;
  /** Its weight is also that of another module. */
  readonly tied?: true;
}

export type Step =
  | ({ readonly kind: 'part' } & Part)
  | {
      readonly kind: 'blocks';
      /** Path before the number: `h`. */
      readonly name: string;
      readonly first: number;
      readonly count: number;
      /** Of one block. */
      readonly parts: readonly Part[];
      readonly parameters: number;
    };

interface Module {
  readonly name: string;
  readonly tensors: FlowTensor[];
}

const normName = /norm|(^|[._])ln(_|$|\d)|layer_?norm/i;
const embeddingName = /emb|wte|wpe|(^|[._])vocab/i;
const headName = /head|classifier|score|logits|^output$|output_projection|decoder$|^fc$/i;

/** Embeddings first, then the blocks and what is beside them, the last norms, what looks like a head last. */
export function flowOf(tensors: readonly FlowTensor[]): readonly Step[] {
  const families = new Map<string, Map<number, FlowTensor[]>>();
  const outside: FlowTensor[] = [];
  for (const tensor of tensors) {
    const { name, shape, sharedWith } = tensor;
    const [start, end] = numberIn(name);
    if (start < 0) {
      outside.push(tensor);
      continue;
    }
    const path = name.slice(0, Math.max(0, start - 1));
    const family = families.get(path) ?? new Map<number, FlowTensor[]>();
    if (family.size === 0) families.set(path, family);
    const index = Number(name.slice(start, end));
    const block = family.get(index);
    const inBlock = { name: name.slice(end + 1), shape, sharedWith };
    if (block) block.push(inBlock);
    else family.set(index, [inBlock]);
  }
  const stages: [Step[], Step[], Step[], Step[]] = [[], [], [], []];
  for (const part of partsOf(outside)) {
    const step = { kind: 'part', ...part } as const;
    stages[stageOf(step)].push(step);
  }
  for (const [path, family] of families) {
    for (const step of foldFamily(path, family)) stages[1].push(step);
  }
  return stages.flat();
}

/** Where the first part of a name is that is a number and has something after it; [-1, -1] where there is none. */
function numberIn(name: string): readonly [start: number, end: number] {
  for (let start = 0; ;) {
    const dot = name.indexOf('.', start);
    if (dot < 0 || dot === name.length - 1) return none;
    let at = start;
    while (isDigit(name.charCodeAt(at))) at++;
    if (at === dot && at > start) return [start, dot];
    start = dot + 1;
  }
}

const none = [-1, -1] as const;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Runs of blocks of equal structure. */
function foldFamily(
  name: string,
  family: ReadonlyMap<number, readonly FlowTensor[]>,
): readonly Extract<Step, { kind: 'blocks' }>[] {
  const steps: { first: number; count: number; tensors: readonly FlowTensor[] }[] = [];
  for (const [index, tensors] of [...family].sort(([a], [b]) => a - b)) {
    const last = steps.at(-1);
    if (last && last.first + last.count === index && isAlike(last.tensors, tensors)) last.count++;
    else steps.push({ first: index, count: 1, tensors });
  }
  return steps.map(({ first, count, tensors }) => {
    const parts = partsOf(tensors);
    const parameters = parts.reduce((sum, part) => sum + part.parameters, 0);
    return { kind: 'blocks', name, first, count, parts, parameters };
  });
}

/** Equal names and shapes, in whatever order. */
function isAlike(a: readonly FlowTensor[], b: readonly FlowTensor[]): boolean {
  if (a.length !== b.length) return false;
  const isSame = a.every(({ name, shape }, i) => {
    const other = b[i]!;
    return name === other.name && (shape === other.shape || shape.join() === other.shape.join());
  });
  return isSame || structureOf(a) === structureOf(b);
}

const structureOf = (tensors: readonly FlowTensor[]): string =>
  tensors
    .map(({ name, shape }) => `${name}[${shape.join()}]`)
    .sort()
    .join(';');

function partsOf(tensors: readonly FlowTensor[]): readonly Part[] {
  const modules = new Map<string, Module>();
  for (const tensor of tensors) {
    const dot = tensor.name.lastIndexOf('.');
    const name = dot < 0 ? tensor.name : tensor.name.slice(0, dot);
    const module = modules.get(name);
    if (module) module.tensors.push(tensor);
    else modules.set(name, { name, tensors: [tensor] });
  }
  return [...modules.values()].map(partOf);
}

function partOf({ name, tensors }: Module): Part {
  let weight: FlowTensor | undefined;
  let bias: FlowTensor | undefined;
  let parameters = 0;
  for (const tensor of tensors) {
    if (!weight && isCalled(tensor, 'weight')) weight = tensor;
    else if (!bias && isCalled(tensor, 'bias')) bias = tensor;
    if (tensor.sharedWith === undefined) parameters += elementCount(tensor.shape);
  }
  const isWeight = weight !== undefined;
  weight ??= tensors[0]!;
  const base =
    weight.sharedWith === undefined
      ? { name, parameters }
      : { name, parameters, tied: true as const };
  const { shape } = weight;
  const [rows = 0, columns = 0] = shape;
  if (isWeight && shape.length === 1 && normName.test(name)) {
    return { ...base, role: 'norm', to: rows };
  }
  const isOther = (tensor: FlowTensor): boolean => tensor !== weight && tensor !== bias;
  if (!isWeight || tensors.some((tensor) => isOther(tensor) && tensor.shape.length > 1)) {
    return { ...base, role: 'other', shape };
  }
  if (shape.length === 2 && !bias && embeddingName.test(name)) {
    return { ...base, role: 'embedding', from: rows, to: columns };
  }
  if (shape.length === 2) {
    // Without a bias to tell, [out, in] as nn.Linear; GPT-2 keeps [in, out] and a bias of the second length.
    const isTurned = bias?.shape[0] === columns && bias.shape[0] !== rows;
    const [from, to] = isTurned ? [rows, columns] : [columns, rows];
    return { ...base, role: 'linear', from, to };
  }
  if (shape.length >= 3 && shape.length <= 5) {
    return { ...base, role: 'convolution', from: columns, to: rows, shape: shape.slice(2) };
  }
  return { ...base, role: 'other', shape };
}

/** Whether that is the last part of its name. */
const isCalled = ({ name }: FlowTensor, last: string): boolean =>
  name.endsWith(last) &&
  (name.length === last.length || name[name.length - last.length - 1] === '.');

/** 0 embeddings, 1 what is between, 2 norms, 3 heads. */
function stageOf(step: Part): 0 | 1 | 2 | 3 {
  if (step.role === 'embedding') return 0;
  if (headName.test(step.name)) return 3;
  return step.role === 'norm' && !embeddingName.test(step.name)
    ? 2
    : embeddingName.test(step.name)
      ? 0
      : 1;
}

/** Elements of embeddings outside the blocks. */
export function embeddingParameters(flow: readonly Step[]): number {
  return flow.reduce(
    (sum, step) => sum + (step.kind === 'part' && step.role === 'embedding' ? step.parameters : 0),
    0,
  );
}
