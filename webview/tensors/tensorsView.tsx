/** All tensors of the checkpoint, as a tree of modules or as a flat table. */
import { computed, signal } from '@preact/signals';
import { integer } from '../../src/core/draw/text';
import { summary } from '../state';
import { t } from '../strings';
import { onWeightsKey } from '../weights/keys';
import { tensor } from '../weights/state';
import { WeightView } from '../weights/weightView';
import { findTensors } from './search';
import { TensorTable } from './tensorTable';
import { TensorTree } from './tensorTree';

const layout = signal<'tree' | 'table'>('tree');
const search = signal('');

const found = computed(() => findTensors(summary.value?.tensors ?? [], search.value));

export function TensorsView() {
  const all = summary.value?.tensors ?? [];
  if (all.length === 0) {
    return (
      <div class="center">
        <div class="message">
          <h2>{t.empty.noTensors}</h2>
          <p>{t.empty.noTensorsAdvice}</p>
        </div>
      </div>
    );
  }
  const searching = search.value.trim() !== '';
  const isOpen = tensor.value !== undefined;
  return (
    <div class={isOpen ? 'tensors with-tensor' : 'tensors'} onKeyDown={onWeightsKey}>
      <div class="tensor-list">
        <div class="tensors-bar">
          <input
            type="search"
            placeholder={t.tensors.search}
            aria-label={t.tensors.search}
            value={search.value}
            onInput={(event) => (search.value = event.currentTarget.value)}
          />
          <div class="switch" role="tablist" aria-label={t.tensors.layout}>
            {(['tree', 'table'] as const).map((name) => (
              <button
                key={name}
                role="tab"
                aria-selected={layout.value === name}
                onClick={() => (layout.value = name)}
              >
                {t.tensors.layouts[name]}
              </button>
            ))}
          </div>
          <span class="quiet count" role="status">
            {searching
              ? t.tensors.found(integer(found.value.length), integer(all.length))
              : t.tensors.count(integer(all.length))}
          </span>
          {!isOpen && <span class="quiet hint">{t.weights.choose}</span>}
        </div>
        {layout.value === 'tree' ? (
          <TensorTree tensors={found.value} searching={searching} />
        ) : (
          <TensorTable tensors={found.value} />
        )}
      </div>
      {isOpen && <WeightView />}
    </div>
  );
}

export { goToTensor } from './goToTensor';
export { shapeText } from './shapeText';
