/**
 * Builds ONNX graphs in memory (onnx.proto3 of onnx/onnx, IR version 9, operator set 20). Only what the
 * asked-for outputs need is written, so one description serves every set of outputs.
 */
import { bytes, float, int, message, string, type Field } from './protobuf';
import { operators, type Operators } from './operators';

export type { Operand } from './operators';

/** IR version that goes with operator set 20 (onnx/docs/Versioning.md); onnxruntime 1.17 and later read both. */
const irVersion = 9;
const operatorSet = 20;

/** TensorProto.DataType. */
const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** A length, or a name for one that is known at run time. */
export type Dimension = number | string;

/** An edge of the graph. */
export interface Value {
  readonly name: string;
}

/** Attribute of an operator: a whole number, several, text, or a real number marked as such. */
export type Attribute = number | readonly number[] | string | { readonly real: number };

/** A model that a runtime can load, and the inputs that it turned out to need. */
export interface Graph {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What operators are made from. An undefined operand is an optional one left out. */
export interface GraphCore {
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  constant(type: 'float32' | 'int64', shape: readonly number[], values: readonly number[]): Value;
  node(
    operator: string,
    operands: readonly (Value | undefined)[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): Value;
  /** An operator with several results. */
  nodes(
    operator: string,
    operands: readonly (Value | undefined)[],
    results: number,
    attributes?: Readonly<Record<string, Attribute>>,
  ): readonly Value[];
}

export interface GraphBuilder extends GraphCore, Operators {
  /** Writes the model with these outputs, named by their keys. */
  build(outputs: Readonly<Record<string, Value>>): Graph;
}

interface Node {
  readonly operands: readonly string[];
  readonly results: readonly string[];
  readonly field: Field;
}

export function createGraph(name: string): GraphBuilder {
  const inputs = new Map<string, Field>();
  const constants = new Map<string, Field>();
  const nodes: Node[] = [];

  const core: GraphCore = {
    input(input, type, shape) {
      inputs.set(input, bytes(11, valueInfo(input, type, shape)));
      return { name: input };
    },
    constant(type, shape, values) {
      const constant = `${type}[${shape.join()}]=${values.join()}`;
      constants.set(constant, bytes(5, tensor(constant, type, shape, values)));
      return { name: constant };
    },
    node: (operator, operands, attributes) => core.nodes(operator, operands, 1, attributes)[0]!,
    nodes(operator, operands, results, attributes = {}) {
      const from = operands.map((operand) => operand?.name ?? '');
      const to = Array.from({ length: results }, (_, i) => `${operator}.${nodes.length}.${i}`);
      nodes.push(node(operator, from, to, attributes));
      return to.map((result) => ({ name: result }));
    },
  };

  const build = (outputs: Readonly<Record<string, Value>>): Graph => {
    const renamed = Object.entries(outputs).map(([output, value]) =>
      node('Identity', [value.name], [output], {}),
    );
    const needed = new Set(renamed.flatMap(({ operands }) => operands));
    const kept: Node[] = [];
    for (const candidate of [...nodes].reverse()) {
      if (!candidate.results.some((result) => needed.has(result))) continue;
      for (const operand of candidate.operands) needed.add(operand);
      kept.unshift(candidate);
    }
    const used = (fields: Map<string, Field>) =>
      [...fields].filter(([field]) => needed.has(field)).map(([, field]) => field);
    const graph = message(
      ...[...kept, ...renamed].map(({ field }) => field),
      string(2, name),
      ...used(constants),
      ...used(inputs),
      ...Object.keys(outputs).map((output) => bytes(12, string(1, output))),
    );
    return {
      bytes: message(
        int(1, irVersion),
        string(2, 'mnemoscope'),
        bytes(7, graph),
        bytes(8, message(string(1, ''), int(2, operatorSet))),
      ),
      inputs: [...inputs.keys()].filter((input) => needed.has(input)),
      outputs: Object.keys(outputs),
    };
  };
  return { ...core, ...operators(core), build };
}

function node(
  operator: string,
  operands: readonly string[],
  results: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): Node {
  const field = message(
    ...operands.map((operand) => string(1, operand)),
    ...results.map((result) => string(2, result)),
    string(4, operator),
    ...Object.entries(attributes).map(([key, value]) => bytes(5, attribute(key, value))),
  );
  return { operands, results, field: bytes(1, field) };
}

/** AttributeProto; field 20 is the type: 1 float, 2 int, 3 string, 7 ints. */
function attribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'number') return message(string(1, name), int(3, value), int(20, 2));
  if (typeof value === 'string') return message(string(1, name), string(4, value), int(20, 3));
  if ('real' in value) return message(string(1, name), float(2, value.real), int(20, 1));
  return message(string(1, name), ...value.map((item) => int(8, item)), int(20, 7));
}

/** TensorProto with raw little-endian data. */
function tensor(
  name: string,
  type: 'float32' | 'int64',
  shape: readonly number[],
  values: readonly number[],
): Uint8Array {
  const size = type === 'float32' ? 4 : 8;
  const raw = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, i) => {
    if (type === 'float32') raw.setFloat32(i * size, value, true);
    else raw.setBigInt64(i * size, BigInt(value), true);
  });
  return message(
    ...shape.map((dimension) => int(1, dimension)),
    int(2, elementTypes[type]),
    string(8, name),
    bytes(9, new Uint8Array(raw.buffer)),
  );
}

/** ValueInfoProto of a tensor; a named dimension is a `dim_param`. */
function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): Uint8Array {
  const dimensions = shape.map((dimension) =>
    bytes(1, typeof dimension === 'number' ? int(1, dimension) : string(2, dimension)),
  );
  const tensorType = message(int(1, elementTypes[type]), bytes(2, message(...dimensions)));
  return message(string(1, name), bytes(2, bytes(1, tensorType)));
}
