/** What weights alone say about heads: host ↔ engine. */
import type { LayerTriage } from '../core/triage/triage';

export type TriageMethods = {
  /** One layer of the layout that `findAttention` gives for the checkpoint. */
  triageLayer(params: { checkpoint: number; layer: number }): LayerTriage;
};
