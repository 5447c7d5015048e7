/** Attention: every head, one head, its weights, the input. */
import { useEffect } from 'preact/hooks';
import type { AccessBlock } from '../../src/core/trace/trace';
import { EmptyState } from '../emptyState';
import {
  arrivals,
  block,
  heads,
  options,
  predictions,
  runState,
  selection,
  setOption,
  summary,
  trace,
  type Display,
} from '../state';
import { t } from '../strings';
import { AblationButton, AblationNote } from './ablation';
import { Arcs } from './arcs';
import { Breadcrumb } from './breadcrumb';
import { describeFigures, describeHead, describeMask } from './describe';
import { HeatMap } from './heatMap';
import { ImageOverlay } from './imageOverlay';
import { onKey } from './keys';
import { Legend } from './legend';
import { Overview } from './overview';
import { Predictions } from './predictions';
import { RolloutNote } from './rollout';
import { StatusLine } from './statusLine';
import { TokenText } from './tokenText';
import { WeightTable } from './weightTable';

const displays: readonly Display[] = ['map', 'arcs', 'table'];

export function AttentionView() {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  if (!summary.value) return null;
  if (!trace.value || heads.value.length === 0) return <EmptyState />;
  const head = block.value;
  return (
    <div class={`attention ${head ? 'with-head' : ''}`}>
      <Breadcrumb />
      <RolloutNote />
      <AblationNote />
      <div class="panes">
        <Overview />
        {head && (
          <section class="head" aria-label={describeHead(head)}>
            <div class="head-bar">
              <div class="switch" role="tablist" aria-label={t.attention.display}>
                {displays.map((display) => (
                  <button
                    key={display}
                    role="tab"
                    aria-selected={options.value.display === display}
                    onClick={() => setOption('display', display)}
                  >
                    {t.attention.displays[display]}
                  </button>
                ))}
              </div>
              <span class="description" title={describeHead(head)}>
                {[describeMask(head), describeFigures(head)].filter(Boolean).join(' · ')}
              </span>
              <AblationButton head={head} />
            </div>
            <div class="picture">
              <Picture />
            </div>
          </section>
        )}
        {(head || predictions.value.length > 0) && (
          <div class="reading">
            {head && <Reading head={head} />}
            {predictions.value.length > 0 && <Predictions />}
          </div>
        )}
      </div>
      <StatusLine state={runState.value} />
    </div>
  );
}

/** The slots as a person reads them: an image where they are its patches, else text. */
function Reading({ head }: { readonly head: AccessBlock }) {
  const { query } = selection.value;
  const picture = trace.value?.series.find(({ name }) => name === 'input.image');
  const isImage = head.columns.kind === 'patch' && head.rows.id === head.columns.id;
  if (picture && isImage) return <ImageOverlay block={head} picture={picture} query={query} />;
  return <TokenText block={head} query={query} />;
}

function Picture() {
  // Which heads have arrived is told by nothing else.
  void arrivals.value;
  const head = block.value;
  if (!head) return null;
  if (!trace.value?.ready.has(head.id)) return <p class="quiet waiting">{t.attention.notYet}</p>;
  const display = options.value.display;
  if (display === 'arcs') return <Arcs block={head} />;
  if (display === 'table') return <WeightTable block={head} />;
  return (
    <>
      <HeatMap block={head} />
      <Legend block={head} />
    </>
  );
}
