/** The views of a checkpoint and of a debug session. Adding one is one file and one line here. */
import type { ComponentType } from 'preact';
import type { CheckpointSummary } from '../src/protocol/engine';
import { AttentionView } from './attention/attentionView';
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
  when?(of: CheckpointSummary): boolean;
}

const always = (): boolean => true;
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
  { id: 'attention', title: t.views.attention, component: AttentionView, when: always },
];

export function viewsOf(summary: CheckpointSummary): readonly View[] {
  return all.filter(({ when = ofCheckpoint }) => when(summary));
}
