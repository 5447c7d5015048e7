/** The selected query of an attention head, read as a retrieval from a modern Hopfield network. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { number } from '../../src/core/draw/text';
import { headRetrieval, type HeadRetrieval } from '../../src/core/trace/energyRetrieval';
import type { AccessBlock } from '../../src/core/trace/trace';
import { Popover } from '../popover';
import { report, summary } from '../state';
import { t } from '../strings';

export function HeadRetrievalPopover({ block, query }: { block: AccessBlock; query: number }) {
  // A rollout is of no head.
  if (block.normalised !== 'rows' || block.head === undefined) return null;
  return (
    <Popover label={t.energy.head.title}>
      <Facts block={block} query={query} />
    </Popover>
  );
}

function Facts({ block, query }: { block: AccessBlock; query: number }) {
  const found = useSignal<HeadRetrieval | undefined>(undefined);
  const width = headWidth();
  const beta = width === undefined ? undefined : 1 / Math.sqrt(width);
  useEffect(() => {
    let isLatest = true;
    const read = async (): Promise<void> => {
      const [weights, scaled] = await Promise.all([
        block.weighting.row(query),
        block.stages.get('scaled')?.row(query),
      ]);
      if (isLatest) found.value = headRetrieval(weights, beta, scaled);
    };
    read().catch(report);
    return () => {
      isLatest = false;
    };
  }, [block, query, beta]);
  const words = t.energy.head;
  const { value } = found;
  return (
    <div class="head-retrieval">
      <p>{words.about}</p>
      {value && (
        <table class="facts">
          <tbody>
            <tr>
              <th scope="row">β</th>
              <td>{beta === undefined ? words.noBeta : words.beta(String(width), number(beta))}</td>
            </tr>
            <tr>
              <th scope="row">{words.kind}</th>
              <td>{kindOf(value, block)}</td>
            </tr>
            <tr>
              <th scope="row">{words.entropy}</th>
              <td>
                {words.entropyIs(
                  number(value.entropy),
                  number(value.effective),
                  String(value.keys),
                )}
              </td>
            </tr>
            <tr>
              <th scope="row">{words.separation}</th>
              <td>{value.separation === undefined ? '–' : number(value.separation)}</td>
            </tr>
            <tr>
              <th scope="row">−lse</th>
              <td>{value.energy === undefined ? words.noEnergy : number(value.energy)}</td>
            </tr>
          </tbody>
        </table>
      )}
      <p class="quiet">{words.exact}</p>
    </div>
  );
}

/** Width of a head, where the model says it. */
function headWidth(): number | undefined {
  const recognition = summary.value?.recognition;
  if (recognition?.kind !== 'runnable') return undefined;
  const width = Number(recognition.facts.find(([name]) => name === 'Head width')?.[1]);
  return width > 0 ? width : undefined;
}

function kindOf({ kind }: HeadRetrieval, { columns }: AccessBlock): string {
  const words = t.energy.head.kinds;
  const named = (key: number): string => `${key} “${columns.label(key)}”`;
  switch (kind.kind) {
    case 'single':
      return words.single(named(kind.pattern), number(kind.weight));
    case 'metastable':
      return words.metastable(String(kind.patterns.length));
    case 'global':
      return words.global;
  }
}
