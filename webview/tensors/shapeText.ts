import { t } from '../strings';

/** `768×2304`, or a word for a scalar. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? t.tensors.scalar : shape.join('×');
}
