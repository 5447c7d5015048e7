/** The input of the model: text, or token ids where no tokenizer is there. Enter runs. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { integer } from '../src/core/draw/text';
import { host } from './host';
import { parseIds } from './ids';
import { ImageBox } from './imageBox';
import { cancel, input, report, run, running, runState, second, summary } from './state';
import { t } from './strings';

/** Milliseconds without typing until the tokens are counted. */
const pause = 150;

export function InputBox() {
  const box = useRef<HTMLTextAreaElement>(null);
  const count = useSignal<number | undefined>(undefined);
  const checkpoint = summary.value;
  const recognition = checkpoint?.recognition;
  const text = input.value;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, 120)}px`;
  }, [text]);
  useEffect(() => {
    const takesText = recognition?.kind === 'runnable' && recognition.takes.kind === 'tokens';
    if (!checkpoint?.tokenizer || !takesText) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      host.call('tokenize', { checkpoint: checkpoint.id, text }).then(({ ids }) => {
        if (current) count.value = ids.length;
      }, report);
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, checkpoint]);
  if (!checkpoint || recognition?.kind !== 'runnable') return null;
  const { takes } = recognition;
  if (takes.kind === 'image') return <ImageBox image={takes.image} />;

  const parsed = checkpoint.tokenizer ? undefined : parseIds(text, recognition.vocabulary);
  const tokens = parsed ? ('ids' in parsed ? parsed.ids.length : undefined) : count.value;
  const wrong = parsed && 'problem' in parsed && parsed.problem !== '' ? parsed.problem : undefined;
  const tooLong = tokens !== undefined && tokens > recognition.context;
  const state = runState.value;
  const problem =
    wrong !== undefined
      ? t.input.notAnId(wrong, integer(recognition.vocabulary - 1))
      : tooLong
        ? t.input.tooLong(integer(tokens), integer(recognition.context))
        : undefined;
  const empty = text.trim() === '';
  const facts = state?.kind === 'running' ? t.run.layers(state.done, state.total) : undefined;
  return (
    <form
      class={problem === undefined ? 'input' : 'input wrong'}
      onSubmit={(event) => {
        event.preventDefault();
        if (running.value) cancel();
        else if (problem === undefined && !empty) void run();
      }}
    >
      <div class="input-field">
        <textarea
          ref={box}
          rows={1}
          spellcheck={false}
          value={text}
          placeholder={checkpoint.tokenizer ? t.input.text : t.input.ids}
          aria-label={checkpoint.tokenizer ? t.input.text : t.input.ids}
          aria-invalid={problem !== undefined}
          aria-describedby="input-facts"
          onInput={(event) => (input.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        {(takes.target || (takes.pair && checkpoint.tokenizer)) && (
          <SecondText label={takes.target ? t.input.target : t.input.pair} />
        )}
        <span id="input-facts" class="input-facts" aria-live="polite">
          {problem ??
            facts ??
            (tokens !== undefined && !empty
              ? t.input.tokens(integer(tokens), integer(recognition.context))
              : '')}
        </span>
        {running.value && (
          <progress
            max={state?.kind === 'running' ? state.total : 1}
            value={state?.kind === 'running' ? state.done : 0}
          />
        )}
      </div>
      <button
        class="primary"
        type="submit"
        disabled={!running.value && (problem !== undefined || empty)}
      >
        {running.value ? t.input.cancel : t.input.run}
      </button>
    </form>
  );
}

/** A line of its own for the text that may be left out. */
function SecondText({ label }: { readonly label: string }) {
  return (
    <input
      type="text"
      class="second"
      spellcheck={false}
      value={second.value}
      placeholder={label}
      aria-label={label}
      onInput={(event) => (second.value = event.currentTarget.value)}
    />
  );
}
