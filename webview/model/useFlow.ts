import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { flowOf, type Step } from '../../src/core/summary/flow';
import type { TensorRow } from '../../src/protocol/engine';

/** Of more tensors than this the page is shown first, and the flow a moment later. */
const most = 20_000;
const nothing: readonly Step[] = [];

/** The parts of a model in the order of a forward pass; none yet while a large one is worked out. */
export function useFlow(tensors: readonly TensorRow[] | undefined): readonly Step[] {
  const isLarge = tensors !== undefined && tensors.length > most;
  const late = useSignal<{ readonly of: typeof tensors; readonly flow: readonly Step[] }>({
    of: undefined,
    flow: nothing,
  });
  useEffect(() => {
    if (!isLarge) return undefined;
    const timer = setTimeout(() => (late.value = { of: tensors, flow: flowOf(tensors) }));
    return () => clearTimeout(timer);
  }, [tensors]);
  const early = useMemo(() => (tensors && !isLarge ? flowOf(tensors) : nothing), [tensors]);
  return isLarge && late.value.of === tensors ? late.value.flow : early;
}
