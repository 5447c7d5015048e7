/** Goes to the next step at which a head does what a person looks for, reading a piece of the steps at a time. */
import { useSignal } from '@preact/signals';
import { tileEdge } from '../../src/core/trace/trace';
import { type Condition, holds } from '../../src/core/trace/search';
import { Popover } from '../popover';
import { kept, report, trace } from '../state';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { headTitle } from './addressing';
import { head, memoryHeads } from './state';

interface Wanted {
  readonly kind: Condition['kind'];
  readonly value: string;
  /** Empty for any slot. */
  readonly slot: string;
}
const wanted = kept<Wanted>('memory.search', { kind: 'weight', value: '0.9', slot: '' });

function conditionOf({ kind, value, slot }: Wanted): Condition {
  if (kind === 'entropy') return { kind, below: Number(value) };
  if (kind === 'notFinite') return { kind };
  return { kind, least: Number(value), ...(slot.trim() !== '' && { slot: Number(slot) }) };
}

/** The first step beyond `from` where the condition begins to hold; undefined where none does. */
async function find(from: number, by: 1 | -1): Promise<number | undefined> {
  const of = head.peek();
  const current = trace.peek();
  if (!of) return undefined;
  const condition = conditionOf(wanted.peek());
  const [steps, slots] = of.weighting.shape;
  const pieces = new Map<number, Promise<Float32Array[]>>();
  const piece = (index: number): Promise<Float32Array[]> => {
    const columns = Math.ceil(slots / tileEdge);
    const found =
      pieces.get(index) ??
      Promise.all(
        Array.from({ length: columns }, (_, column) => of.weighting.tile(0, index, column)),
      ).then((tiles) => {
        const rows = tiles[0]?.rows ?? 0;
        return Array.from({ length: rows }, (_, row) => {
          const whole = new Float32Array(slots);
          tiles.forEach((tile, column) =>
            whole.set(
              tile.data.subarray(row * tile.columns, (row + 1) * tile.columns),
              column * tileEdge,
            ),
          );
          return whole;
        });
      });
    pieces.clear();
    pieces.set(index, found);
    return found;
  };
  const at = async (place: number): Promise<boolean> => {
    if (place < 0) return false;
    const row = (await piece(Math.floor(place / tileEdge)))[place % tileEdge];
    return row !== undefined && holds(row, condition);
  };
  for (let place = from + by; place >= 0 && place < steps; place += by) {
    if (trace.peek() !== current) return undefined;
    if ((await at(place)) && !(await at(place - 1))) return place;
  }
  return undefined;
}

export function Search() {
  const failed = useSignal(false);
  const { kind, value, slot } = wanted.value;
  const words = t.memory.search;
  if (memoryHeads.value.length === 0 || !head.value) return null;
  const go = (by: 1 | -1): void => {
    find(step.peek(), by).then((found) => {
      failed.value = found === undefined;
      if (found !== undefined) goToStep(found);
    }, report);
  };
  const set = (part: Partial<Wanted>): void => {
    failed.value = false;
    wanted.value = { ...wanted.value, ...part };
  };
  return (
    <Popover label={words.title}>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          go(1);
        }}
      >
        <p>{words.head(headTitle(head.value))}</p>
        <label class="choice">
          <span>{words.what}</span>
          <select
            value={kind}
            onChange={(event) => set({ kind: event.currentTarget.value as Wanted['kind'] })}
          >
            {(['weight', 'entropy', 'notFinite'] as const).map((one) => (
              <option key={one} value={one}>
                {words.kinds[one]}
              </option>
            ))}
          </select>
        </label>
        {kind !== 'notFinite' && (
          <label class="choice">
            <span>{kind === 'weight' ? words.least : words.below}</span>
            <input
              type="number"
              step="any"
              value={value}
              onInput={(event) => set({ value: event.currentTarget.value })}
            />
          </label>
        )}
        {kind === 'weight' && (
          <label class="choice">
            <span>{words.slot}</span>
            <input
              type="number"
              min={0}
              value={slot}
              placeholder={words.any}
              onInput={(event) => set({ slot: event.currentTarget.value })}
            />
          </label>
        )}
        <p class="search-buttons">
          <button type="button" onClick={() => go(-1)}>
            {words.previous}
          </button>
          <button type="submit" class="primary">
            {words.next}
          </button>
        </p>
        {failed.value && <p role="status">{words.none}</p>}
      </form>
    </Popover>
  );
}
