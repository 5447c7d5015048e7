/** Blocks as lists of sublayers: pre-norm, post-norm, parallel and gated wirings are the same few lines. */
import type { GraphBuilder, Value } from '../graph/graph';
import type { Access, BlockGiven, BlockValues, ParameterValues, Past } from './architecture';
import type { AttentionPart } from './attentionPart';
import { type Part, type Shapes, weightsOf } from './parts';

/** x → joined(x + after(of(before(x)))). */
export interface Sublayer {
  readonly of: Part | AttentionPart;
  readonly before?: Part;
  readonly after?: Part;
  readonly joined?: Part;
}

export interface BlockEquations {
  readonly weights: Shapes;
  readonly accesses: readonly Access[];
  block(g: GraphBuilder, w: ParameterValues, given: BlockGiven): BlockValues;
}

export interface Wiring {
  /** All sublayers take the state before the block, in place of what the one before them left. */
  readonly parallel?: boolean;
}

/** The first attention is over the block's own places. */
export function blockOf(
  sublayers: readonly Sublayer[],
  { parallel = false }: Wiring = {},
): BlockEquations {
  const attentions = sublayers.map(({ of }) => of).filter(isAttention);
  return {
    weights: weightsOf(
      sublayers.flatMap(({ before, of, after, joined }) => [before, of, after, joined]),
    ),
    accesses: attentions.map(({ access }) => access),
    block(g, w, { hidden, chosen, past, memory, gates }) {
      const weightings = new Map<Access, Value>();
      let kept: Past | undefined;
      const value = (of: Sublayer['of'], x: Value): Value => {
        if (!isAttention(of)) return of.apply(g, w, x);
        const { access } = of;
        const isOwn = of === attentions[0];
        const found = of.attend(g, w, x, {
          ...(chosen?.access === access && { chosen: chosen.heads }),
          past: isOwn ? past : undefined,
          memory: isOwn ? undefined : memory,
          gate: gates?.get(access),
        });
        weightings.set(access, found.weighting);
        kept ??= found.past;
        return found.attended;
      };
      let state = hidden;
      for (const { of, before, after, joined } of sublayers) {
        const x = parallel ? hidden : state;
        const made = value(of, before ? before.apply(g, w, x) : x);
        const sum = g.add(state, after ? after.apply(g, w, made) : made);
        state = joined ? joined.apply(g, w, sum) : sum;
      }
      if (!kept) throw new Error('a block has an attention');
      return { weightings, past: kept, hidden: state };
    },
  };
}

function isAttention(of: Sublayer['of']): of is AttentionPart {
  return 'attend' in of;
}
