/** The model as one column: what it goes through from input to output, equal blocks once. */
import type { Part, Step } from '../../src/core/summary/flow';
import { compact, integer } from '../../src/core/draw/text';
import { t } from '../strings';

/** Models of thousands of unlike modules are better seen under Tensors. */
const mostSteps = 60;
const mostParts = 40;

export function Flow({ flow }: { flow: readonly Step[] }) {
  if (flow.length === 0) return null;
  return (
    <section>
      <h2>{t.modelPage.flow}</h2>
      <ol class="flow" aria-label={t.modelPage.flow}>
        {flow.slice(0, mostSteps).map((step) => (
          <li key={`${step.name}.${step.kind === 'blocks' ? step.first : ''}`}>
            {step.kind === 'part' ? <PartLine part={step} /> : <Blocks step={step} />}
          </li>
        ))}
        {flow.length > mostSteps && <li class="quiet">… +{integer(flow.length - mostSteps)}</li>}
      </ol>
    </section>
  );
}

function Blocks({ step }: { step: Extract<Step, { kind: 'blocks' }> }) {
  const { name, first, count, parts, parameters } = step;
  const last = first + count - 1;
  const label = `${name ? `${name}.` : ''}${count > 1 ? `${first}…${last}` : first}`;
  return (
    <details class="block" open={count > 1 && parts.length <= 24}>
      <summary>
        <span class="step-name">{label}</span>
        <span class="step-role">{count > 1 ? `×${count}` : ''}</span>
        <span class="step-size">
          {count > 1 ? `${count} × ${compact(parameters)}` : compact(parameters)}
        </span>
      </summary>
      <ol>
        {parts.slice(0, mostParts).map((part) => (
          <li key={part.name}>
            <PartLine part={part} />
          </li>
        ))}
        {parts.length > mostParts && <li class="quiet">… +{integer(parts.length - mostParts)}</li>}
      </ol>
    </details>
  );
}

function PartLine({ part }: { part: Part }) {
  const { name, role, from, to, shape, parameters, tied } = part;
  const widths =
    from !== undefined && to !== undefined
      ? `${integer(from)} → ${integer(to)}`
      : to && integer(to);
  const kernel = shape && shape.length > 0 ? shape.join('×') : undefined;
  return (
    <div class="step" title={name}>
      <span class="step-name">{name}</span>
      <span class="step-role">
        {[role !== 'other' && t.modelPage.roles[role], widths, kernel].filter(Boolean).join(' ')}
      </span>
      <span class="step-size">{tied ? t.modelPage.tied : compact(parameters)}</span>
    </div>
  );
}
