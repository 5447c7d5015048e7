/** The checkpoint in words and numbers. */
import { useMemo } from 'preact/hooks';
import { bytes, compact, integer, number } from '../../src/core/draw/text';
import { adapterFacts } from '../../src/core/summary/adapter';
import { embeddingParameters, type Step } from '../../src/core/summary/flow';
import { keyValueCache, loadRules, trainingBytes } from '../../src/core/summary/memory';
import type { CheckpointSummary } from '../../src/protocol/engine';
import { host } from '../host';
import { report, summary, trace } from '../state';
import { t } from '../strings';
import { Code } from './code';
import { Facts, type Row } from './facts';
import { Flow } from './flow';
import { useFlow } from './useFlow';
import './model.css';

export function ModelView() {
  const checkpoint = summary.value;
  const flow = useFlow(checkpoint?.tensors);
  if (!checkpoint) return null;
  const { recognition, format, files, metadata, config, warnings, tensors } = checkpoint;
  const stored = [...bytesPerType(checkpoint)];
  const all = stored.reduce((sum, [, size]) => sum + size, 0);
  return (
    <article class="model">
      <Recognised checkpoint={checkpoint} flow={flow} />
      {warnings.length > 0 && (
        <ul class="warnings" aria-label={t.model.warnings}>
          {warnings.map((warning) => (
            <li key={warning}>
              <span class="codicon codicon-warning" aria-hidden="true" /> {warning}
            </li>
          ))}
        </ul>
      )}
      <Facts
        title={t.model.facts}
        rows={[
          ...('facts' in recognition ? recognition.facts : []),
          [t.model.parameters, exactly(checkpoint.parameters)],
          ...partsOfParameters(checkpoint, flow),
          [t.model.tensors, integer(tensors.length)],
          [t.model.format, format],
        ]}
      />
      <Flow flow={flow} />
      <Facts title={t.modelPage.memory} rows={memoryRows(checkpoint, flow)} />
      {stored.length > 0 && (
        <section>
          <h2>{t.model.types}</h2>
          <table class="facts types">
            <tbody>
              {stored.map(([dtype, size]) => (
                <tr key={dtype}>
                  <th scope="row">{dtype}</th>
                  <td class="figure">{bytes(size)}</td>
                  <td class="share">
                    <i style={{ width: `${all > 0 ? (size / all) * 100 : 0}%` }} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Facts title={t.model.files} rows={files.map(({ name, size }) => [name, bytes(size)])} />
      <Facts title={t.model.tokenizer} rows={tokenizerRows(checkpoint)} />
      <Facts title={t.modelPage.beside} rows={besideRows(checkpoint)} />
      <Code />
      <Facts title={t.model.config} rows={config} />
      <Facts title={t.model.metadata} rows={metadata} />
    </article>
  );
}

function Recognised({
  checkpoint,
  flow,
}: {
  checkpoint: CheckpointSummary;
  flow: readonly Step[];
}) {
  const { recognition, tensors, config, metadata } = checkpoint;
  const adapter = useMemo(() => adapterFacts(tensors, config, metadata), [checkpoint]);
  if (adapter) {
    const { ranks, modules, count, base } = adapter;
    const named = modules.slice(0, 6).join(', ') + (modules.length > 6 ? ' …' : '');
    const [least, most] = ranks.map(integer) as [string, string];
    return (
      <section>
        <h1>{t.modelPage.adapter(least === most ? least : `${least}–${most}`, named, base)}</h1>
        <p class="quiet">{t.modelPage.adapterAdvice(integer(count))}</p>
      </section>
    );
  }
  switch (recognition.kind) {
    case 'runnable':
    case 'arrays':
      return <h1>{recognition.sentence}</h1>;
    case 'incomplete':
      return (
        <section>
          <h1>{t.model.incomplete(recognition.family)}</h1>
          <p>{t.model.missing}</p>
          <ul>
            {recognition.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
          <DraftSpec />
        </section>
      );
    case 'unknown':
      if (trace.value?.source === 'file') {
        return <h1>{t.model.recorded(trace.value.model.sentence)}</h1>;
      }
      return (
        <section>
          <h1>{tensors.length === 0 ? t.empty.noTensors : t.model.unknown}</h1>
          {tensors.length > 0 && <p>{genericSentence(checkpoint, flow)}</p>}
          {tensors.length > 0 && <p class="quiet">{t.model.unknownAdvice}</p>}
          {tensors.length > 0 && <DraftSpec />}
        </section>
      );
  }
}

function DraftSpec() {
  return (
    <button onClick={() => void host.call('draftSpec', {}).catch(report)}>
      {t.model.draftSpec}
    </button>
  );
}

function genericSentence({ parameters }: CheckpointSummary, flow: readonly Step[]): string {
  const [largest] = flow
    .flatMap((step) => (step.kind === 'blocks' && step.count > 1 ? [step] : []))
    .sort((a, b) => b.count * b.parameters - a.count * a.parameters);
  return largest
    ? t.modelPage.generic(integer(largest.count), largest.name, compact(parameters))
    : t.modelPage.noBlocks(integer(flow.length), compact(parameters));
}

/** What the embeddings and one block have of all parameters. */
function partsOfParameters(
  { parameters }: CheckpointSummary,
  flow: readonly Step[],
): readonly Row[] {
  const row = (name: string, count: number): Row => [
    name,
    `${integer(count)} (${t.modelPage.share(number((count / parameters) * 100))})`,
  ];
  const embeddings = embeddingParameters(flow);
  const blocks = flow.flatMap((step) => (step.kind === 'blocks' && step.count > 1 ? [step] : []));
  if (parameters === 0) return [];
  return [
    ...(embeddings > 0 ? [row(t.modelPage.embeddings, embeddings)] : []),
    ...blocks.slice(0, 3).map((step) => row(t.modelPage.perBlock(step.name), step.parameters)),
  ];
}

function memoryRows(checkpoint: CheckpointSummary, flow: readonly Step[]): readonly Row[] {
  const { parameters, config, metadata } = checkpoint;
  if (parameters === 0) return [];
  const rows: Row[] = loadRules.map(([type, each]) => [
    t.modelPage.load(type),
    size(parameters * each),
    t.modelPage.loadRule(integer(parameters), String(each)),
  ]);
  rows.push([t.modelPage.training, size(parameters * trainingBytes), t.modelPage.trainingRule]);
  const cache = keyValueCache(config, metadata, flow);
  if (!cache) return rows;
  const { layers, heads, headWidth, width } = cache;
  const rule =
    heads !== undefined && headWidth !== undefined
      ? t.modelPage.cacheHeads(integer(layers), integer(heads), integer(headWidth))
      : t.modelPage.cacheWidth(integer(layers), integer(width));
  return [...rows, [t.modelPage.cache, size(cache.bytes), rule]];
}

/** Four significant digits with a binary unit. */
function size(count: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, count)) / 10)));
  return `${number(count / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

function tokenizerRows({ tokenizer, tokenizerFacts: facts }: CheckpointSummary): readonly Row[] {
  if (tokenizer === undefined) return [];
  const special = facts?.special ?? [];
  return [
    [t.model.files, tokenizer],
    ...(facts?.type === undefined ? [] : [[t.modelPage.tokenizerType, facts.type] as const]),
    ...(facts?.vocabulary === undefined
      ? []
      : [[t.modelPage.vocabulary, integer(facts.vocabulary)] as const]),
    ...(special.length === 0 ? [] : [[t.modelPage.special, special.join('  ')] as const]),
  ];
}

function besideRows({ sidecars = [] }: CheckpointSummary): readonly Row[] {
  return sidecars.map(({ name, size: length }) => [
    name,
    <button
      class="link"
      aria-label={t.modelPage.open(name)}
      onClick={() => void host.call('openSidecar', { name }).catch(report)}
    >
      {bytes(length)}
    </button>,
  ]);
}

/** `124,439,808 (124M)` */
function exactly(count: number): string {
  const [exact, short] = [integer(count), compact(count)];
  return exact === short ? exact : `${exact} (${short})`;
}

/** Bytes of every element type, largest first; tied tensors count once. */
function bytesPerType({ tensors }: CheckpointSummary): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { dtype, bytes: size, sharedWith } of tensors) {
    if (sharedWith === undefined) sums.set(dtype, (sums.get(dtype) ?? 0) + size);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}
