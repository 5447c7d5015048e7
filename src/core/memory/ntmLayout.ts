/** Two published layouts of Neural Turing Machine checkpoints: loudinthecloud/pytorch-ntm (A) and vlgiitr/ntm-pytorch (B). */
import type { Tensors } from '../model/architecture';
import type { FoundLayout } from './ntmFound';
import { layoutA } from './ntmLayoutA';
import { layoutB } from './ntmLayoutB';

/** The layout whose names these are; undefined for neither. */
export function ntmLayout(tensors: Tensors): FoundLayout | undefined {
  for (const name of tensors.keys()) {
    const loud = /^(.*?)heads\.0\.fc_(?:read|write)\.weight$/.exec(name)?.[1];
    if (loud !== undefined) return layoutA(tensors, loud);
    const vlg = /^(.*?)heads\.0\.key_strength_fc\.weight$/.exec(name)?.[1];
    if (vlg !== undefined) return layoutB(tensors, vlg);
  }
  return undefined;
}
