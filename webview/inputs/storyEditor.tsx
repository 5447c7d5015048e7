/** An input in words: a sentence a line, known words offered while they are typed, unknown ones named. */
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { integer } from '../../src/core/draw/text';
import type { InputSpec } from '../../src/core/memory/memory';
import type { GivenText } from '../../src/protocol/engine';
import { host } from '../host';
import { report, summary } from '../state';
import { t } from '../strings';
import { setText } from './state';
import {
  completions,
  nearest,
  type Unknown,
  unknownIn,
  type Vocabulary,
  vocabularyOf,
  wordBefore,
} from './text';

const mostOffered = 8;
const mostUnknown = 4;

/** Words of inputs by checkpoint and name. */
const vocabularies = signal<ReadonlyMap<string, Vocabulary>>(new Map());

function useVocabulary(input: string): Vocabulary | undefined {
  const checkpoint = summary.value?.id;
  const key = `${checkpoint ?? ''} ${input}`;
  const known = vocabularies.value.get(key);
  useEffect(() => {
    if (checkpoint === undefined || known) return;
    host.call('words', { checkpoint, input }).then((words) => {
      vocabularies.value = new Map([...vocabularies.peek(), [key, vocabularyOf(words)]]);
    }, report);
  }, [key]);
  return known;
}

interface Props {
  readonly text: GivenText;
  readonly spec: InputSpec | undefined;
}

export function StoryEditor({ text, spec }: Props) {
  const { name, lines } = text;
  const words = t.inputs;
  const vocabulary = useVocabulary(name);
  const area = useRef<HTMLTextAreaElement>(null);
  const offered = useSignal<readonly string[]>([]);
  const chosen = useSignal(0);
  const whole = lines.join('\n');
  const put = (next: string): void => setText({ name, lines: next.split('\n') });
  const offer = (): void => {
    const { value, selectionStart, selectionEnd } = area.current ?? {};
    const isCaret = vocabulary && value !== undefined && selectionStart === selectionEnd;
    const { part } = wordBefore(value ?? '', selectionStart ?? 0);
    offered.value = isCaret ? completions(part, vocabulary, mostOffered) : [];
    chosen.value = 0;
  };
  const take = (word: string): void => {
    const { value = '', selectionStart = 0 } = area.current ?? {};
    const { from } = wordBefore(value, selectionStart);
    const rest = value.slice(selectionStart);
    put(`${value.slice(0, from)}${word}${/^\s/.test(rest) ? '' : ' '}${rest}`);
    offered.value = [];
    const caret = from + word.length + 1;
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
    });
  };
  const key = (event: KeyboardEvent): void => {
    const count = offered.value.length;
    const word = offered.value[chosen.value];
    if (word === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Tab' && !event.shiftKey) take(word);
    else if (event.key === 'ArrowDown') chosen.value = (chosen.value + 1) % count;
    else if (event.key === 'ArrowUp') chosen.value = (chosen.value + count - 1) % count;
    else if (event.key === 'Escape') offered.value = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isStory = (spec?.shape.length ?? 0) > 1;
  // A word that is being typed may still become one.
  const isTyped = ({ word }: Unknown): boolean =>
    offered.value.some((one) => one.startsWith(word.toLowerCase()));
  const unknown = vocabulary ? unknownIn(lines, vocabulary).filter((one) => !isTyped(one)) : [];
  const list = `${name}-words`;
  return (
    <section class="array-editor">
      <h3>
        <label for={`${name}-text`} class="figure">
          {name}
        </label>
        {vocabulary && (
          <span class="quiet">{words.vocabulary(integer(vocabulary.words.length))}</span>
        )}
      </h3>
      {isStory && <p class="quiet">{words.sentenceALine}</p>}
      <textarea
        ref={area}
        id={`${name}-text`}
        class="numbers figure"
        rows={isStory ? Math.min(14, Math.max(3, lines.length + 1)) : 1}
        spellcheck={false}
        aria-invalid={unknown.length > 0}
        aria-autocomplete="list"
        aria-controls={list}
        aria-activedescendant={offered.value.length > 0 ? `${list}-${chosen.value}` : undefined}
        value={whole}
        onInput={(event) => {
          put(event.currentTarget.value);
          offer();
        }}
        onKeyDown={key}
        onBlur={() => (offered.value = [])}
      />
      <div id={list} class="offered" role="listbox" aria-label={words.knownWords}>
        {offered.value.map((word, index) => (
          <span
            key={word}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen.value}
            onPointerDown={(event) => {
              event.preventDefault();
              take(word);
            }}
          >
            {word}
          </span>
        ))}
        {offered.value.length > 0 && <small class="quiet">{words.tab}</small>}
      </div>
      {vocabulary &&
        unknown.slice(0, mostUnknown).map(({ word, line }) => {
          const near = nearest(word, vocabulary);
          return (
            <p key={word} class="error-text" role="alert">
              {isStory ? words.unknownInLine(word, integer(line)) : words.unknown(word)}{' '}
              {near !== undefined && (
                <button class="link" onClick={() => put(replaced(whole, word, near))}>
                  {words.didYouMean(near)}
                </button>
              )}
            </p>
          );
        })}
    </section>
  );
}

/** Every occurrence of a word, as a whole word. */
const replaced = (text: string, word: string, by: string): string =>
  text
    .split(/(\s+)/)
    .map((part) => (part === word ? by : part))
    .join('');
