/** The views of a checkpoint and of a debug session. Adding one is one file and one line here. */
import type { ComponentType } from 'preact';
import type { CheckpointSummary } from '../src/protocol/engine';
import { AttentionView } from './attention/attentionView';
import { hasEnergy, hasMemory, isAttention } from './kinds';
import { MemoryView } from './memory/memoryView';
import type { LiveTrace } from './trace';
import { EnergyView } from './energy/energyView';
import { HealthView } from './health/healthView';
import { ModelView } from './model/modelView';
import { FrameView } from './session/frameView';
import type { ViewId } from './state';
import { t } from './strings';
import { TensorsView } from './tensors/tensorsView';
import { layoutOf } from './triage/state';
import { TriageView } from './triage/triageView';

export interface View {
  readonly id: ViewId;
  readonly title: string;
  readonly component: ComponentType;
  /** Whether there is something to see; without it, in every panel of a checkpoint. */
  when?(of: CheckpointSummary, trace: LiveTrace | undefined): boolean;
}

const ofCheckpoint = ({ session }: CheckpointSummary): boolean => !session;

const ofSession = ({ session }: CheckpointSummary): boolean => session === true;

const all: readonly View[] = [
  { id: 'frame', title: t.session.title, component: FrameView, when: ofSession },
  { id: 'model', title: t.views.model, component: ModelView },
  { id: 'tensors', title: t.views.tensors, component: TensorsView },
  { id: 'health', title: t.health.tab, component: HealthView },
  {
    id: 'triage',
    title: t.triage.tab,
    component: TriageView,
    when: (of) => layoutOf(of) !== undefined,
  },
  { id: 'attention', title: t.views.attention, component: AttentionView, when: attends },
  { id: 'memory', title: t.memory.tab, component: MemoryView, when: remembers },
  { id: 'energy', title: t.energy.tab, component: EnergyView, when: descends },
];

/** A run without attention, and a model that has not run over arrays, have nothing to see there. */
function attends(
  { recognition, session }: CheckpointSummary,
  trace: LiveTrace | undefined,
): boolean {
  if (trace?.blocks.some(isAttention)) return true;
  const isOther = trace !== undefined && (hasMemory(trace) || hasEnergy(trace));
  return !isOther && !session && recognition.kind !== 'arrays';
}

/** Models that go on from a state show it before their first run. */
function descends({ recognition }: CheckpointSummary, trace: LiveTrace | undefined): boolean {
  if (trace && trace.series.length > 0) return hasEnergy(trace);
  return recognition.kind === 'arrays' && recognition.inputs.some(({ name }) => name === 'state');
}

/** Before the first run of a model over arrays, the view says how to start one. */
function remembers({ recognition }: CheckpointSummary, trace: LiveTrace | undefined): boolean {
  if (trace && (trace.blocks.length > 0 || trace.series.length > 0)) return hasMemory(trace);
  if (recognition.kind !== 'arrays') return false;
  return !recognition.inputs.some(({ name }) => name === 'state');
}

export function viewsOf(summary: CheckpointSummary, trace: LiveTrace | undefined): readonly View[] {
  return all.filter(({ when = ofCheckpoint }) => when(summary, trace));
}
