/** All tensors of the checkpoint, as a tree of modules or as a flat table. */
import { computed, signal } from '@preact/signals';
import { integer } from '../../src/core/draw/text';
import { host } from '../host';
import { report, runError, summary } from '../state';
import { t } from '../strings';
import { TensorTable } from './tensorTable';
import { TensorTree } from './tensorTree';

const layout = signal<'tree' | 'table'>('tree');
const search = signal('');

/** Tensors whose name, type or shape has every word of the search. */
const found = computed(() => {
  const all = summary.value?.tensors ?? [];
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  return all.filter(({ name, dtype, shape }) => {
    const text = `${name} ${dtype} ${shape.join('×')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
});

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
  return (
    <div class="tensors">
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
      </div>
      {layout.value === 'tree' ? (
        <TensorTree tensors={found.value} searching={searching} />
      ) : (
        <TensorTable tensors={found.value} />
      )}
    </div>
  );
}

/** Shows where the tensor is made in the workspace's code. */
export async function goToTensor(name: string): Promise<void> {
  try {
    if (!(await host.call('goToCode', { tensor: name }))) runError.value = t.tensors.noCode(name);
  } catch (error) {
    report(error);
  }
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? t.tensors.scalar : shape.join('×');
}
