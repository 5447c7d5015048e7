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

const numbered = /^(?:(.*?)\.)?(\d+)\.(.+)$/;
const normName = /norm|(^|[._])ln(_|$|\d)|layer_?norm/i;
const embeddingName = /emb|wte|wpe|(^|[._])vocab/i;
const headName = /head|classifier|score|logits|^output$|output_projection|decoder$|^fc$/i;

/** Embeddings first, then the blocks and what is beside them, the last norms, what looks like a head last. */
export function flowOf(tensors: readonly FlowTensor[]): readonly Step[] {
  const families = new Map<string, Map<number, FlowTensor[]>>();
  const outside: FlowTensor[] = [];
  for (const tensor of tensors) {
    const [, path = '', index, rest] = numbered.exec(tensor.name) ?? [];
    if (index === undefined || rest === undefined) {
      outside.push(tensor);
      continue;
    }
    const family = families.get(path) ?? new Map<number, FlowTensor[]>();
    families.set(path, family);
    const block = family.get(Number(index)) ?? [];
    family.set(Number(index), block);
    block.push({ ...tensor, name: rest });
  }
  const blocks = [...families].flatMap(([path, family]) => foldFamily(path, family));
  const parts = partsOf(outside).map((part) => ({ kind: 'part', ...part }) as const);
  return [...parts, ...blocks]
    .map((step, order) => ({ step, order, stage: stageOf(step) }))
    .sort((a, b) => a.stage - b.stage || a.order - b.order)
    .map(({ step }) => step);
}

/** Runs of blocks of equal structure. */
function foldFamily(
  name: string,
  family: ReadonlyMap<number, readonly FlowTensor[]>,
): readonly Extract<Step, { kind: 'blocks' }>[] {
  const steps: {
    first: number;
    count: number;
    structure: string;
    tensors: readonly FlowTensor[];
  }[] = [];
  for (const [index, tensors] of [...family].sort(([a], [b]) => a - b)) {
    const structure = tensors
      .map((tensor) => `${tensor.name}[${tensor.shape.join()}]`)
      .sort()
      .join(';');
    const last = steps.at(-1);
    if (last && last.first + last.count === index && last.structure === structure) last.count++;
    else steps.push({ first: index, count: 1, structure, tensors });
  }
  return steps.map(({ first, count, tensors }) => {
    const parts = partsOf(tensors);
    const parameters = parts.reduce((sum, part) => sum + part.parameters, 0);
    return { kind: 'blocks', name, first, count, parts, parameters };
  });
}

function partsOf(tensors: readonly FlowTensor[]): readonly Part[] {
  const modules = new Map<string, Module>();
  for (const tensor of tensors) {
    const dot = tensor.name.lastIndexOf('.');
    const name = dot < 0 ? tensor.name : tensor.name.slice(0, dot);
    const module = modules.get(name) ?? { name, tensors: [] };
    modules.set(name, module);
    module.tensors.push(tensor);
  }
  return [...modules.values()].map(partOf);
}

function partOf({ name, tensors }: Module): Part {
  const weight = tensors.find((tensor) => /(^|\.)weight$/.test(tensor.name)) ?? tensors[0]!;
  const bias = tensors.find((tensor) => /(^|\.)bias$/.test(tensor.name));
  const own = tensors.filter(({ sharedWith }) => sharedWith === undefined);
  const parameters = own.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const base = {
    name,
    parameters,
    ...(weight.sharedWith !== undefined && { tied: true as const }),
  };
  const { shape } = weight;
  const [rows = 0, columns = 0] = shape;
  const others = tensors.filter((tensor) => tensor !== weight && tensor !== bias);
  const isWeight = /(^|\.)weight$/.test(weight.name);
  if (isWeight && shape.length === 1 && normName.test(name)) {
    return { ...base, role: 'norm', to: rows };
  }
  if (!isWeight || others.some((tensor) => tensor.shape.length > 1)) {
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

function stageOf(step: Step): number {
  if (step.kind === 'blocks') return 1;
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
