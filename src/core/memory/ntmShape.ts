/** What a Neural Turing Machine's tensors say about its shape, in the two layouts that people publish. */

import type { LinearWeights } from './collecting';
import type { CellWeights } from './controller';

/** How the raw numbers of a head become its parameters. None of it is in the checkpoint. */
export interface Activations {
  readonly key: 'identity' | 'relu';
  readonly strength: 'softplus' | 'relu';
  readonly shift: 'identity' | 'softplus' | 'relu';
  readonly sharpening: 'softplus' | 'relu';
  readonly erase: 'sigmoid' | 'relu';
  readonly add: 'identity' | 'relu';
}

/** What follows each layer of a feed-forward controller; no tensor tells it either. */
export const denseNames = ['relu', 'tanh', 'sigmoid'] as const;
export type DenseName = (typeof denseNames)[number];

/** Three releases of pytorch-ntm with the same names of tensors (its commits 74477a6, d8fedf6, 5019f04). */
export type VariantName = 'V0' | 'V1' | 'V2';
export const variants: Readonly<Record<VariantName, Activations>> = {
  V0: {
    key: 'relu',
    strength: 'relu',
    shift: 'relu',
    sharpening: 'relu',
    erase: 'relu',
    add: 'relu',
  },
  V1: {
    key: 'identity',
    strength: 'softplus',
    shift: 'softplus',
    sharpening: 'softplus',
    erase: 'sigmoid',
    add: 'identity',
  },
  V2: {
    key: 'identity',
    strength: 'softplus',
    shift: 'identity',
    sharpening: 'softplus',
    erase: 'sigmoid',
    add: 'identity',
  },
};
export const variantTitles: Readonly<Record<VariantName, string>> = {
  V0: 'V0: October 2017, relu everywhere',
  V1: 'V1: 2017–18, softmax of softplus for the shift',
  V2: 'V2: since March 2018',
};

export type HeadAct = 'read' | 'write';

/** Rows of a head's combined matrix: key M, β, g, s 3, γ, then erase M and add M of a write head. */
export interface NtmShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Of the last layer. */
  readonly units: number;
  readonly controller: 'lstm' | 'dense';
  readonly layers: number;
  readonly slots: number;
  readonly columns: number;
  /** In the order in which they run. */
  readonly heads: readonly HeadAct[];
  /** The controller's state that heads read: its output h, or the cell c of an LSTM. */
  readonly headsRead: 'h' | 'c';
  /** Whether write heads have an erase vector; without one, M ← w ⊗ a + (1 - w) ⊗ M. */
  readonly erases: boolean;
}

/** Weights by their meaning, all row-major; `hidden` is empty in a feed-forward layer. */
export interface NtmWeights {
  readonly cells: readonly CellWeights[];
  /** [rows, units] and [rows] for each head. */
  readonly heads: readonly LinearWeights[];
  /** [outputs, units + read heads · columns] over [h; r…]. */
  readonly output: LinearWeights;
  readonly start: NtmStart;
}

/** The state before the first step. */
export interface NtmStart {
  /** [N, M] */
  readonly memory: Float32Array;
  /** [read heads, M] */
  readonly read: Float32Array;
  /** [layers, units], empty for a feed-forward controller */
  readonly h: Float32Array;
  readonly c: Float32Array;
}

export const readHeads = ({ heads }: NtmShape): number =>
  heads.filter((act) => act === 'read').length;
