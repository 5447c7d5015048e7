/** The local field of every unit at the step: bars up and down from 0, those against their unit marked. */
import { integer } from '../../src/core/draw/text';
import { t } from '../strings';
import { round } from './paths';
import { pointed } from './state';
import { useAt } from './useAt';

export function FieldStrip() {
  const field = useAt('field').value;
  const state = useAt('state').value;
  if (!field || !state || field.length !== state.length) return null;
  const n = field.length;
  let most = 0;
  for (const value of field) most = Math.max(most, Math.abs(value));
  const against: number[] = [];
  for (let i = 0; i < n; i++) if (field[i]! * state[i]! < 0) against.push(i);
  const isAgainst = new Set(against);
  const bars = (wanted: boolean) =>
    Array.from(field, (value, i) =>
      isAgainst.has(i) === wanted && value !== 0
        ? `M${i + 0.1} 0h0.8V${round((-100 * value) / (most || 1)) / 100}h-0.8z`
        : '',
    ).join('');
  const go = (by: number): void => {
    pointed.value = Math.max(0, Math.min(n - 1, (pointed.value ?? -by) + by));
  };
  return (
    <section class="energy-fields" aria-label={t.energy.fields}>
      <h3>
        {t.energy.fields}
        <span>{t.energy.fieldsSay(integer(against.length))}</span>
      </h3>
      <svg
        viewBox={`0 -1 ${n} 2`}
        preserveAspectRatio="none"
        tabIndex={0}
        role="application"
        aria-label={t.energy.fieldsLabel}
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          pointed.value = Math.max(
            0,
            Math.min(n - 1, Math.floor(((event.clientX - left) / width) * n)),
          );
        }}
        onPointerLeave={() => (pointed.value = undefined)}
        onBlur={() => (pointed.value = undefined)}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (by === undefined || event.altKey) return;
          event.preventDefault();
          event.stopPropagation();
          go(event.shiftKey ? 10 * by : by);
        }}
      >
        {pointed.value !== undefined && pointed.value < n && (
          <rect class="pointed" x={pointed.value} y={-1} width={1} height={2} />
        )}
        <path class="zero" d={`M0 0H${n}`} />
        <path class="with" d={bars(false)} />
        <path class="against" d={bars(true)} />
      </svg>
    </section>
  );
}
