/** What a model over arrays is fed, in one line: settings, input, run. */
import { integer } from '../../src/core/draw/text';
import type { OptionSpec } from '../../src/core/memory/memory';
import type { Recognition } from '../../src/protocol/engine';
import { Popover } from '../popover';
import { cancel, given, run, running, runState, settings } from '../state';
import { t } from '../strings';
import { InputEditor } from './inputEditor';
import { askSettings, setSetting, told } from './state';

export type ArraysRecognition = Extract<Recognition, { kind: 'arrays' }>;

export function ArraysBar({ of }: { of: ArraysRecognition }) {
  const options = told.value ?? of.options;
  const state = runState.value;
  const words = t.inputs;
  return (
    <form
      class="input arrays-bar"
      onSubmit={(event) => {
        event.preventDefault();
        if (running.value) cancel();
        else void run();
      }}
    >
      {options.length > 0 && (
        <div class="arrays-part" onPointerDown={askSettings} onKeyDown={askSettings}>
          <Popover label={words.settings}>
            <Settings options={options} />
          </Popover>
        </div>
      )}
      {of.inputs.length > 0 && (
        <Popover label={words.input}>
          <InputEditor of={of} />
        </Popover>
      )}
      <span class="input-facts" aria-live="polite">
        {state?.kind === 'running'
          ? t.inputs.progress(integer(state.done), integer(state.total))
          : described(options)}
      </span>
      {running.value && (
        <progress
          max={state?.kind === 'running' ? state.total : 1}
          value={state?.kind === 'running' ? state.done : 0}
        />
      )}
      <button class="primary" type="submit">
        {running.value ? t.input.cancel : t.input.run}
      </button>
    </form>
  );
}

/** `copy · length 20 · seed 1`, or the shapes of what is given. */
function described(options: readonly OptionSpec[]): string {
  const { value } = given;
  if (value) {
    const shapes = value.arrays.map(({ name, shape }) => `${name} ${shape.join(' × ')}`);
    const lines = value.texts?.map(({ lines: [first = '', ...more] }) =>
      more.length > 0 ? t.inputs.sentences(integer(more.length + 1)) : first,
    );
    return [...(value.file === undefined ? [] : [value.file]), ...(lines ?? []), ...shapes].join(
      ' · ',
    );
  }
  const all = options.map((option) => {
    const set = settings.value[option.name] ?? option.standard;
    return option.values ? set : `${option.name} ${set}`;
  });
  return all.length > 0 ? all.join(' · ') : t.inputs.example;
}

function Settings({ options }: { readonly options: readonly OptionSpec[] }) {
  return (
    <div class="settings">
      {options.map((option) => (
        <Setting key={option.name} option={option} />
      ))}
    </div>
  );
}

function Setting({ option }: { readonly option: OptionSpec }) {
  const { name, meaning, values, number, standard, found } = option;
  const set = settings.value[name] ?? standard;
  const isWrong =
    number !== undefined &&
    !(
      Number(set) >= number.least &&
      Number(set) <= number.most &&
      set.trim() !== '' &&
      (!number.whole || Number.isInteger(Number(set)))
    );
  return (
    <label class="setting">
      <span>{name}</span>
      {values ? (
        <select value={set} onChange={(event) => setSetting(option, event.currentTarget.value)}>
          {values.map(({ value, title }) => (
            <option key={value} value={value}>
              {title.startsWith(value) ? title : `${value}: ${title}`}
            </option>
          ))}
        </select>
      ) : (
        <input
          type="text"
          inputMode="decimal"
          spellcheck={false}
          value={set}
          aria-invalid={isWrong}
          onChange={(event) => setSetting(option, event.currentTarget.value.trim() || standard)}
        />
      )}
      <small>
        {meaning}
        {number && ` (${number.least} … ${number.most})`}
        {found !== undefined && `. ${t.inputs.default(standard, found)}`}
      </small>
    </label>
  );
}
