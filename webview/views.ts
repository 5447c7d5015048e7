/** The views of a checkpoint. Adding one is one file and one line here. */
import type { ComponentType } from 'preact';
import { AttentionView } from './attention/attentionView';
import { ModelView } from './model/modelView';
import type { ViewId } from './state';
import { t } from './strings';
import { TensorsView } from './tensors/tensorsView';

export interface View {
  readonly id: ViewId;
  readonly title: string;
  readonly component: ComponentType;
}

export const views: readonly View[] = [
  { id: 'model', title: t.views.model, component: ModelView },
  { id: 'tensors', title: t.views.tensors, component: TensorsView },
  { id: 'attention', title: t.views.attention, component: AttentionView },
];
