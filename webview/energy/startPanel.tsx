/** The state that the next run starts from: a pattern with noise, or drawn; and how units are updated. */
import { useRef } from 'preact/hooks';
import { integer } from '../../src/core/draw/text';
import { given, running, run as runModel } from '../state';
import { t } from '../strings';
import type { EnergyRun } from './run';
import { binary, grid, set, setStart, setting, specs, start, units } from './state';
import { UnitsImage } from './unitsImage';

const edge = 200;
/** Units up to which a state is drawn by hand. */
const mostDrawn = 4096;

export function StartPanel({ run }: { run: EnergyRun | undefined }) {
  const words = t.energy;
  const update = setting('update');
  const order = update === 'async' ? setting('order') : update;
  const hasPatterns = (run?.patterns?.count ?? 0) > 0;
  const rules = specs.value.find(({ name }) => name === 'rule')?.values ?? [];
  const orders = specs.value.find(({ name }) => name === 'order')?.values ?? [];
  const updates = [
    ...orders.map(({ value }) => value),
    ...(specs.value.find(({ name }) => name === 'update')?.values ?? [])
      .map(({ value }) => value)
      .filter((value) => value !== 'async'),
  ];
  return (
    <section class="energy-start" aria-label={words.startTitle}>
      <h3>{words.startTitle}</h3>
      <Board />
      <div class="energy-settings">
        {hasPatterns && (
          <label>
            {words.from}
            <select
              value={given.value ? '' : setting('pattern')}
              onChange={(event) => set('pattern', event.currentTarget.value)}
            >
              {given.value && <option value="">{words.draw}</option>}
              {Array.from({ length: Math.min(run?.patterns?.count ?? 0, 256) }, (_, p) => (
                <option key={p} value={p}>
                  {run?.named(p)}
                </option>
              ))}
            </select>
          </label>
        )}
        {hasPatterns && (
          <label>
            {words.noise}
            <span>
              <input
                type="range"
                min={0}
                max={binary.value ? 0.5 : 1}
                step={0.01}
                value={setting('noise')}
                onInput={(event) => set('noise', event.currentTarget.value)}
              />
              <span class="figure">{Number(setting('noise')).toFixed(2)}</span>
            </span>
          </label>
        )}
        <label>
          {words.seed}
          <input
            type="number"
            min={0}
            max={2 ** 32 - 1}
            value={setting('seed')}
            onChange={(event) => {
              const to = event.currentTarget.valueAsNumber;
              if (Number.isInteger(to) && to >= 0 && to < 2 ** 32) set('seed', String(to));
            }}
          />
        </label>
        {rules.length > 1 && update !== 'modern' && (
          <label>
            {words.rule}
            <select
              value={setting('rule')}
              onChange={(event) => set('rule', event.currentTarget.value)}
            >
              {rules.map(({ value, title }) => (
                <option key={value} value={value} title={title}>
                  {words.rules[value] ?? title}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          {words.update}
          <select
            value={order}
            onChange={({ currentTarget: { value } }) => {
              const isOrder = orders.some((one) => one.value === value);
              set('update', isOrder ? 'async' : value);
              if (isOrder) set('order', value);
            }}
          >
            {updates.map((value) => (
              <option key={value} value={value}>
                {words.orders[value] ?? value}
              </option>
            ))}
          </select>
        </label>
        {update === 'modern' && <Beta />}
      </div>
      <button disabled={running.value} onClick={() => void runModel()}>
        {words.run}
      </button>
    </section>
  );
}

/** β over three decades on both sides of its default, by powers. */
function Beta() {
  const standard = Number(specs.value.find(({ name }) => name === 'beta')?.standard ?? 1);
  const value = Number(setting('beta'));
  return (
    <label>
      {t.energy.beta}
      <span>
        <input
          type="range"
          min={-3}
          max={3}
          step={0.05}
          value={Math.log10(value / standard)}
          aria-valuetext={String(value)}
          onInput={(event) => {
            const next = standard * 10 ** event.currentTarget.valueAsNumber;
            set('beta', String(Number(next.toPrecision(4))));
          }}
        />
        <span class="figure">{Number(value.toPrecision(3))}</span>
      </span>
    </label>
  );
}

/** The start state; painting over it makes it one's own. */
function Board() {
  const tone = useRef(1);
  const values = start.value;
  if (!values || values.length !== units.value) {
    return <div class="units-place" style={{ height: `${edge}px` }} />;
  }
  const canDraw = binary.value && values.length <= mostDrawn;
  const paint = (unit: number, begins: boolean): void => {
    const now = start.peek();
    if (!now) return;
    if (begins) tone.current = now[unit]! > 0 ? -1 : 1;
    if (now[unit] !== tone.current) setStart(now.with(unit, tone.current));
  };
  return (
    <>
      <UnitsImage
        values={values}
        grid={grid.value}
        twoTone={binary.value}
        label={t.energy.drawLabel(integer(values.length))}
        edge={edge}
        {...(canDraw && { paint })}
      />
      {canDraw && (
        <p class="quiet">
          {t.energy.drawSays}{' '}
          <button class="link" onClick={() => setStart(values.map(() => -1))}>
            {t.energy.clear}
          </button>
          <button class="link" onClick={() => setStart(values.map((value) => -value))}>
            {t.energy.turn}
          </button>
        </p>
      )}
    </>
  );
}
