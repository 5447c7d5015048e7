/** First, back, play, on, last; the scrubber; the next event; the debugger. */
import type { ComponentChildren } from 'preact';
import { integer } from '../../src/core/draw/text';
import { trace } from '../state';
import { t } from '../strings';
import { mayReplay } from '../session/state';
import { goToEvent } from './keys';
import {
  goToStep,
  place,
  playing,
  replay,
  step,
  stepCount,
  togglePlay,
  toggleReplay,
} from './state';

/** 16 × 16, filled with the colour of the text. */
const shapes = {
  first: 'M3 3h2v10H3zM13 3v10L6 8z',
  back: 'M11 3v10L4 8z',
  play: 'M4 3l9 5-9 5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  on: 'M5 3l7 5-7 5z',
  last: 'M11 3h2v10h-2zM3 3l7 5-7 5z',
} as const;

interface Props {
  /** `step 17`, in the words of the view; steps are counted unless it says otherwise. */
  readonly label?: string;
  /** More ways to another step. */
  readonly children?: ComponentChildren;
}

export function Transport({ label, children }: Props) {
  const count = stepCount.value;
  const now = step.value;
  const last = Math.max(0, count - 1);
  const words = t.steps;
  const events = trace.value?.events ?? [];
  const said = label ?? words.stepOf(integer(now), integer(last));
  return (
    <div class="transport" role="group" aria-label={words.transport}>
      <div class="transport-buttons">
        <Icon shape="first" label={words.first} go={() => goToStep(0)} off={now === 0} />
        <Icon shape="back" label={words.back} go={() => goToStep(now - 1)} off={now === 0} />
        <Icon
          shape={playing.value ? 'pause' : 'play'}
          label={playing.value ? words.pause : words.play}
          go={togglePlay}
          off={count < 2}
        />
        <Icon shape="on" label={words.on} go={() => goToStep(now + 1)} off={now === last} />
        <Icon shape="last" label={words.last} go={() => goToStep(last)} off={now === last} />
      </div>
      <input
        class="scrubber"
        type="range"
        min={0}
        max={last}
        step={1}
        value={now}
        aria-label={words.scrubber}
        aria-valuetext={said}
        onInput={(event) => goToStep(event.currentTarget.valueAsNumber)}
      />
      <span class="figure transport-step">{said}</span>
      {events.length > 0 && (
        <span class="transport-events">
          <button class="quiet-button" title={words.previousEvent} onClick={() => goToEvent(-1)}>
            ‹<span class="spoken">{words.previousEvent}</span>
          </button>
          {words.events(integer(events.length))}
          <button class="quiet-button" title={words.nextEvent} onClick={() => goToEvent(1)}>
            ›<span class="spoken">{words.nextEvent}</span>
          </button>
        </span>
      )}
      {children}
      {trace.value?.state.kind === 'done' && mayReplay.value && <Debugger />}
    </div>
  );
}

/** Begins and ends stepping in the debugger, and says on which line it stands. */
function Debugger() {
  const words = t.steps;
  const isRunning = replay.value === 'running';
  const { line, text } = place.value ?? {};
  return (
    <>
      <button
        class="quiet-button"
        title={isRunning ? words.leaveTitle : words.debugTitle}
        onClick={() => void toggleReplay()}
      >
        <span
          class={`codicon codicon-${isRunning ? 'debug-stop' : 'debug-alt'}`}
          aria-hidden="true"
        />
        {isRunning ? words.leave : words.debug}
      </button>
      <span class="transport-replay" role="status">
        {isRunning && line !== undefined && (
          <span class="replay-line figure" title={text}>
            <span class="quiet">{words.lineOf(String(line))}</span> {text}
          </span>
        )}
        {replay.value === 'ended' && <span class="quiet">{words.ended}</span>}
      </span>
    </>
  );
}

interface IconProps {
  readonly shape: keyof typeof shapes;
  readonly label: string;
  readonly off: boolean;
  readonly go: () => void;
}

function Icon({ shape, label, go, off }: IconProps) {
  return (
    <button class="quiet-button" title={label} aria-label={label} disabled={off} onClick={go}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <path d={shapes[shape]} fill="currentColor" />
      </svg>
    </button>
  );
}
