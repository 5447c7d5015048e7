/** The value under the cursor in words and exact digits; the same is read to those who listen. */
import { bytes, integer } from '../../src/core/draw/text';
import type { TraceState } from '../../src/core/trace/trace';
import { HeadRetrievalPopover } from '../energy/headRetrieval';
import { block, help, hover, selection } from '../state';
import { t } from '../strings';
import { describeHead, describeWeight } from './describe';
import { tiles } from './heatMap';

export function StatusLine({ state }: { state: TraceState | undefined }) {
  const head = block.value;
  const { query, key } = selection.value;
  const place = hover.value ?? (query === undefined ? undefined : { query, key });
  const text = head
    ? place
      ? describeWeight(head, place.query, place.key)
      : describeHead(head)
    : '';
  // Hovering is for the eyes only: what is announced is where the cursor stands.
  const spoken = head
    ? query === undefined
      ? describeHead(head)
      : describeWeight(head, query, key)
    : '';
  return (
    <footer class="status">
      <output class="value" aria-hidden="true">
        {text || t.attention.choose}
      </output>
      <span class="spoken" role="status" aria-live="polite">
        {spoken}
      </span>
      <span class="run-facts">
        {state && describeState(state)}
        {head && tiles.bytes > 0 ? ` · ${t.attention.cache(bytes(tiles.bytes))}` : ''}
      </span>
      {head && query !== undefined && <HeadRetrievalPopover block={head} query={query} />}
      <button class="link" onClick={() => (help.value = !help.value)}>
        {t.attention.keys}
      </button>
    </footer>
  );
}

export function describeState(state: TraceState): string {
  switch (state.kind) {
    case 'running':
      return t.run.layers(state.done, state.total);
    case 'done':
      // A file does not say how long its run took.
      return state.milliseconds > 0 ? `${integer(state.milliseconds)} ms` : '';
    case 'cancelled':
      return t.run.cancelled(state.done, state.total);
    case 'failed':
      return t.run.failed;
  }
}
