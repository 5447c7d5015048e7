/** What TypeScript's annotations and JSDoc say of parameters and results. */
import type { Expr } from '../ast';
import type { SyntaxNode } from '../syntax';
import { nameAt } from './javascriptExpressions';
import { field, named, position, type Lowering } from './pythonExpressions';

/** `tf.Tensor2D`, `Tensor<Rank.R2>`, `number | null` as expressions; undefined for types that say nothing of values. */
export function typeOf(low: Lowering, node: SyntaxNode): Expr | undefined {
  switch (node.type) {
    case 'type_annotation':
    case 'parenthesized_type': {
      const type = named(node)[0];
      return type && typeOf(low, type);
    }
    case 'type_identifier':
    case 'identifier':
    case 'predefined_type':
      return nameAt(low, node);
    case 'nested_type_identifier':
    case 'nested_identifier': {
      const parts = named(node);
      const object = parts[0] && typeOf(low, parts[0]);
      const name = parts.at(-1);
      return object && name
        ? { k: 'attribute', object, name: name.text, at: position(low, name) }
        : undefined;
    }
    case 'generic_type': {
      const object = field(node, 'name') ?? named(node)[0];
      const base = object && typeOf(low, object);
      const rank = /\bR([0-6])\b/.exec(node.text)?.[1];
      const isTensor = base && (base.k === 'name' ? base.id : base.k === 'attribute' && base.name);
      // `Tensor<Rank.R2>` is another way to write `Tensor2D`.
      if (isTensor !== 'Tensor' || rank === undefined) return base;
      const word = rank === '0' ? 'Scalar' : `Tensor${rank}D`;
      return base!.k === 'attribute' ? { ...base!, name: word } : nameAt(low, node, word);
    }
    default:
      return undefined;
  }
}

interface Documented {
  /** The text, without the stars of its lines. */
  readonly text: string;
  /** Types by parameter. */
  readonly types: ReadonlyMap<string, string>;
}

/** A JSDoc comment: `@param {tf.Tensor2D} x Rows of shape [n, d].` */
export function documented(comment: string): Documented {
  const types = new Map<string, string>();
  const lines = comment
    .replace(/^\/\*\*?|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s?/, '').trimEnd());
  // What is said of a parameter may go on in the next lines.
  const entries = lines
    .join('\n')
    .replace(/\n(?!\s*(?:@|\n|[-*\d]\S*\s)|$)\s*(?=\S)/g, ' ')
    .split('\n');
  const text = entries
    .map((line) =>
      line.replace(
        /^\s*@param\s+(?:\{([^}]*)\}\s*)?\[?([\p{L}_$][\p{L}\p{N}_$.]*)[^\s:]*\]?\s*[:-]?\s*/u,
        (_, type: string | undefined, name: string) => {
          if (type) types.set(name, type.trim());
          // What is no tensor has no shape, whatever its description says of one.
          return type === undefined || /tensor(?:\d?d)?$/i.test(type.trim()) ? `${name} ` : '';
        },
      ),
    )
    .join('\n');
  return { text, types };
}

/** The type of a JSDoc parameter, when it is one word with or without what it belongs to. */
export function documentedType(low: Lowering, node: SyntaxNode, type: string): Expr | undefined {
  const [, of, name] = /^(?:([\p{L}_$][\w$]*)\.)?([\p{L}_$][\w$]*)$/u.exec(type) ?? [];
  if (name === undefined) return undefined;
  const word = name.replace(/^(Tensor\d)d$/, '$1D');
  const at = position(low, node);
  // Such a type is meant even where its library is not imported under that name.
  const isTensor = /^Tensor(?:\dD)?$/.test(word);
  return of === undefined || isTensor
    ? { k: 'name', id: isTensor ? `#${word}` : word, at }
    : { k: 'attribute', object: { k: 'name', id: of, at }, name: word, at };
}
