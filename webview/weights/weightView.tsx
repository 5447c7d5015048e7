/** The selected tensor: what it is, a picture of one slice, and figures about it. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { bytes, integer, number } from '../../src/core/draw/text';
import { indexOf } from '../../src/core/weights/slice';
import { imageAxes } from '../../src/core/weights/colours';
import type { TensorRow } from '../../src/protocol/engine';
import type { WeightTile } from '../../src/protocol/weights';
import { plain } from '../../src/core/trace/trace';
import { levelFor } from '../attention/viewport';
import { help } from '../state';
import { t } from '../strings';
import { shapeText } from '../tensors/shapeText';
import { ClipLegend } from './clipLegend';
import { TensorHeader } from './header';
import { ImageTab } from './imageTab';
import { IndexBar } from './indexBar';
import { drawnLine, LinePlot } from './linePlot';
import { cursorOf, hovered, tab, tabs } from './look';
import { current, digitsOf, type OpenSlice, readAll, tiles, tilesArrived } from './slices';
import { SpectrumTab } from './spectrumTab';
import { closeTensor, row as selected, tensor as selectedName } from './state';
import { HistogramTab, StatisticsTab } from './statisticsTab';
import { ValuesTab } from './valuesTab';
import { pooledEdge } from './matrixMap';
import { matrixOf, WeightMap } from './weightMap';

export function WeightView() {
  const tensor = selected.value;
  const of = current.value;
  useEffect(() => {
    if (!of || of.isStopped.value) return;
    let isAlive = true;
    void readAll(of, () => isAlive);
    return () => {
      isAlive = false;
    };
  }, [of, of?.isStopped.value]);
  if (!tensor) {
    return (
      <Message title={t.weights.gone}>
        <p class="error-text">{selectedName.value}</p>
        <button onClick={closeTensor}>{t.weights.back}</button>
      </Message>
    );
  }
  const problem = of?.problem.value;
  return (
    <section class="tensor-detail" aria-label={t.weights.detail(tensor.name)}>
      <TensorHeader tensor={tensor} of={problem === undefined ? of : undefined} />
      {!of ? (
        <Message title={t.weights.empty}>
          <p>{t.weights.emptyWhy(shapeText(tensor.shape))}</p>
        </Message>
      ) : problem !== undefined ? (
        <Message title={t.weights.unreadable}>
          <p class="error-text" role="alert">
            {problem}
          </p>
          <p>{t.weights.unreadableAdvice}</p>
        </Message>
      ) : tensor.shape.length === 0 ? (
        <Scalar of={of} />
      ) : (
        <>
          <IndexBar slice={of.slice} shape={tensor.shape} />
          <div class={tab.value === 'values' ? 'tensor-body with-values' : 'tensor-body'}>
            <Picture key={of.place} of={of} />
            <Side of={of} tensor={tensor} />
          </div>
          <WeightStatus of={of} />
        </>
      )}
    </section>
  );
}

function Message({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="center">
      <div class="message">
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}

function Scalar({ of }: { of: OpenSlice }) {
  return (
    <Message title={t.weights.scalar}>
      <p class="scalar">{digitsOf(of, 0, 0) ?? '…'}</p>
    </Message>
  );
}

/** A line of values when the slice has one row, a map otherwise. */
function Picture({ of }: { of: OpenSlice }) {
  const isLine = of.shape[0] === 1;
  const remarks = isLine ? lineRemarks() : mapRemarks(of);
  return (
    <div class="picture">
      {isLine ? <LinePlot of={of} /> : <WeightMap of={of} />}
      {isLine ? (
        <p class="legend remarks">{remarks.join(' · ')}</p>
      ) : (
        <ClipLegend of={of} remarks={remarks} />
      )}
    </div>
  );
}

function lineRemarks(): readonly string[] {
  const { pool = 1, sampled = 1 } = drawnLine.value ?? {};
  return [
    ...(pool > 1 ? [t.weights.extremes(integer(pool))] : []),
    ...(sampled > 1 ? [t.weights.sampledValues(integer(sampled))] : []),
  ];
}

function mapRemarks(of: OpenSlice): readonly string[] {
  void tilesArrived.value;
  const edge = pooledEdge(matrixOf(of));
  if (edge <= 1) return [];
  // All tiles of a level are sampled alike.
  const level = levelFor(1 / edge, 'coarse');
  const tile = tiles.peek(of, { level, row: 0, column: 0 }, plain) as WeightTile | undefined;
  const isRead = of.survey.value?.found !== undefined;
  const sampled = isRead ? 1 : (tile?.sampled ?? 1);
  return [
    t.weights.pooled(integer(edge)),
    ...(sampled > 1 ? [t.weights.sampled(integer(sampled))] : []),
  ];
}

function Side({ of, tensor: { name, shape } }: { of: OpenSlice; tensor: TensorRow }) {
  const axes = imageAxes(shape);
  const shown = tab.value === 'image' && !axes ? 'statistics' : tab.value;
  const offered = tabs.filter((one) => one !== 'image' || axes);
  return (
    <div class="tensor-side">
      <div class="switch" role="tablist" aria-label={t.weights.tabsLabel}>
        {offered.map((each) => (
          <button
            key={each}
            role="tab"
            aria-selected={shown === each}
            onClick={() => (tab.value = each)}
          >
            {t.weights.tabs[each]}
          </button>
        ))}
      </div>
      <div class="tensor-panel" role="tabpanel" aria-label={t.weights.tabs[shown]}>
        {shown === 'statistics' && <StatisticsTab tensor={name} />}
        {shown === 'histogram' && <HistogramTab tensor={name} />}
        {shown === 'image' && axes && <ImageTab key={of.place} {...{ of, axes, shape }} />}
        {shown === 'spectrum' && <SpectrumTab key={of.id} of={of} />}
        {shown === 'values' && <ValuesTab key={of.place} of={of} />}
      </div>
    </div>
  );
}

/** The exact value under the cursor, how much has been read, and what the cache holds. */
function WeightStatus({ of }: { of: OpenSlice }) {
  void tilesArrived.value;
  const cursor = cursorOf(of);
  const survey = of.survey.value;
  const place = hovered.value ?? cursor;
  const isReading = survey && !survey.found;
  const share = survey ? Math.floor((100 * survey.done) / Math.max(1, survey.total)) : 0;
  return (
    <footer class="status">
      <output class="value" aria-hidden="true">
        {place ? describe(of, place.row, place.column) : ''}
      </output>
      <span class="spoken" role="status" aria-live="polite">
        {cursor ? describe(of, cursor.row, cursor.column) : ''}
      </span>
      {isReading && (
        <span class="reading-all">
          {t.weights.reading(String(share))}{' '}
          <button class="link" onClick={() => (of.isStopped.value = !of.isStopped.value)}>
            {of.isStopped.value ? t.weights.readAll : t.weights.stop}
          </button>
        </span>
      )}
      {tiles.bytes > 0 && <span class="run-facts">{t.attention.cache(bytes(tiles.bytes))}</span>}
      <button class="link" onClick={() => (help.value = !help.value)}>
        {t.attention.keys}
      </button>
    </footer>
  );
}

/** `[12, 0, 7] = 0.012345679 · row norm 1.234 · column norm 0.5678` */
function describe(of: OpenSlice, row: number, column: number): string {
  const digits = digitsOf(of, row, column);
  const found = of.survey.value?.found;
  const isMap = of.shape[0] > 1;
  return [
    `[${indexOf(of.slice, row, column).join(', ')}] = ${digits ?? '…'}`,
    ...(found && isMap
      ? [
          t.weights.rowNorm(number(found.rowNorms[row] ?? NaN)),
          t.weights.columnNorm(number(found.columnNorms[column] ?? NaN)),
        ]
      : []),
  ].join(' · ');
}
