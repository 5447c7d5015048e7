/** A trace written out for the wire: everything but its numbers. */
import type { AccessBlock, Axis, BlockId, Series, Trace } from '../core/trace/trace';
import type { AxisData, TraceData, TraceId } from '../protocol/engine';
import type { BlockParts, SeriesData } from '../protocol/memory';

/** `ready`: the blocks that have arrived. */
export function traceData(id: TraceId, trace: Trace, ready: ReadonlySet<BlockId>): TraceData {
  const { model, source, events, verdict, state } = trace;
  return {
    id,
    model,
    source,
    events,
    ...(verdict ? { verdict } : {}),
    state,
    axes: trace.axes.map(axisData),
    blocks: trace.blocks.map((block) => ({
      id: block.id,
      act: block.act,
      ...(block.layer === undefined ? {} : { layer: block.layer }),
      ...(block.head === undefined ? {} : { head: block.head }),
      normalised: block.normalised,
      ...(block.sees && { sees: block.sees }),
      rows: block.rows.id,
      columns: block.columns.id,
      ...partsOf(block),
    })),
    series: trace.series.map(seriesData),
    ready: trace.blocks.map((block) => block.id).filter((block) => ready.has(block)),
  };
}

function partsOf({ stages, scalars, vectors }: AccessBlock): Partial<BlockParts> {
  const named = (of: AccessBlock['scalars']) =>
    [...of].map(([name, series]) => [name, seriesData(series)] as const);
  return {
    ...(stages.size > 0 ? { stages: [...stages.keys()] } : {}),
    ...(scalars.size > 0 ? { scalars: named(scalars) } : {}),
    ...(vectors.size > 0 ? { vectors: named(vectors) } : {}),
  };
}

function seriesData({ name, steps, shape }: Series): SeriesData {
  return { name, steps: steps.id, shape };
}

function axisData(axis: Axis): AxisData {
  const { id, kind, length } = axis;
  const places = Array.from({ length }, (_, place) => place);
  const labels = places.map((place) => axis.label(place));
  const origins = places.map((place) => axis.origin?.(place));
  return { id, kind, length, labels, ...(origins.some(Boolean) ? { origins } : {}) };
}
