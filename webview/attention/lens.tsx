/** The logit lens (nostalgebraist 2020): what would be predicted at a place after each layer, one line per layer. */
import { signal, useSignalEffect } from '@preact/signals';
import { integer, number, visible } from '../../src/core/draw/text';
import type { Recognition } from '../../src/core/model/architecture';
import type { Lens as Found, TraceId } from '../../src/protocol/engine';
import { host } from '../host';
import { block, report, selection, trace } from '../state';
import { t } from '../strings';
import { Candidate } from './candidate';
import { shortLabel } from './labels';

export type Predicts = NonNullable<Extract<Recognition, { kind: 'runnable' }>['predicts']>;

export const isLens = signal(false);
const lens = signal<Found | undefined>(undefined);

/** Candidates of a layer: the first is drawn, the others are in its title. */
const count = 5;
let asking: Promise<void> | undefined;
let wanted = '';

/** The latest question alone is asked next, while a person goes through the tokens. */
function ask(of: TraceId, place: number | undefined): void {
  const question = `${of} ${place}`;
  wanted = question;
  if (asking) return;
  asking = host
    .call('lens', { trace: of, count, ...(place !== undefined && { place }) })
    .then((found) => void (wanted === question && (lens.value = found)), report)
    .finally(() => {
      asking = undefined;
      if (wanted !== question) follow();
    });
}

/** The query in front, where it is one of the places that are predicted at. */
function follow(): void {
  const now = trace.value;
  if (!now) return;
  const { query } = selection.value;
  const rows = block.value?.rows.id;
  ask(now.id, rows === placesOf()?.id ? query : undefined);
}

/** The places that the last hidden states are of. */
const placesOf = () => trace.value?.blocks.at(-1)?.rows;

const depthName = (depth: number): string =>
  depth === 0 ? t.attention.lens.embedding.name : t.attention.layer(depth - 1);

export function Lens({ predicts }: { readonly predicts: Predicts }) {
  useSignalEffect(follow);
  const found = lens.value;
  const places = placesOf();
  if (!found || !places) return null;
  const words = t.attention.lens;
  const [told] = found.depths.at(-1) ?? [];
  const where = [integer(found.place), shortLabel(places, found.place)] as const;
  return (
    <>
      <p class="quiet">{predicts === 'next' ? words.after(...where) : words.at(...where)}</p>
      <ol class="lens">
        {found.depths.map((likeliest, depth) => {
          const [first] = likeliest;
          if (!first) return null;
          const all = likeliest.map((one) => `${visible(one.label)} ${number(one.probability)}`);
          return (
            <li
              key={depth}
              class={first.id === told?.id ? '' : 'quiet'}
              title={[depthName(depth), ...all].join('\n')}
            >
              <span class="depth">{depth === 0 ? words.embedding.short : depth - 1}</span>
              <Candidate {...first} share={first.probability} />
            </li>
          );
        })}
      </ol>
    </>
  );
}
