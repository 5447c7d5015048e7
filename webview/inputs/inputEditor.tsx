/** The arrays that a model is given: its example, a file, or what is drawn and typed here. */
import { useSignal } from '@preact/signals';
import { integer } from '../../src/core/draw/text';
import type { InputSpec } from '../../src/core/memory/memory';
import { given, type Given } from '../state';
import { t } from '../strings';
import type { ArraysRecognition } from './arraysBar';
import { GridEditor, isDrawable } from './gridEditor';
import { parseNumbers, withRows, writeNumbers } from './parse';
import { editExample, pickFile, setArray } from './state';
import { StoryEditor } from './storyEditor';

type Array1 = Given['arrays'][number];
/** Numbers that are written out to be typed over, at most. */
const mostTyped = 4096;

export function InputEditor({ of }: { of: ArraysRecognition }) {
  const words = t.inputs;
  const { value } = given;
  const specOf = (name: string): InputSpec | undefined =>
    of.inputs.find((spec) => spec.name === name);
  return (
    <div class="input-editor">
      <div class="input-kinds" role="group" aria-label={words.input}>
        <button aria-pressed={value === null} onClick={() => (given.value = null)}>
          {words.example}
        </button>
        <button aria-pressed={value !== null && value.file === undefined} onClick={editExample}>
          {words.edit}
        </button>
        <button aria-pressed={value?.file !== undefined} onClick={pickFile}>
          {words.file}
        </button>
      </div>
      {value === null ? (
        <ul class="input-specs">
          {of.inputs.map((spec) => (
            <li key={spec.name}>
              <span class="figure">
                {spec.name} [{spec.shape.join(', ')}]
              </span>{' '}
              {spec.meaning}
              {spec.otherwise !== undefined && (
                <span class="quiet"> {words.otherwise(spec.otherwise)}</span>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <>
          {value.texts?.map((text) => (
            <StoryEditor key={text.name} text={text} spec={specOf(text.name)} />
          ))}
          {value.arrays.map((array) => (
            <ArrayEditor key={array.name} array={array} spec={specOf(array.name)} />
          ))}
        </>
      )}
    </div>
  );
}

function ArrayEditor(props: { readonly array: Array1; readonly spec: InputSpec | undefined }) {
  const { array, spec } = props;
  const { name, shape, values } = array;
  const isFree = typeof spec?.shape[0] === 'string' && shape.length === 2;
  return (
    <section class="array-editor">
      <h3>
        <span class="figure">
          {name} [{shape.join(', ')}]
        </span>
        {isFree && (
          <label>
            {t.inputs.rows}{' '}
            <input
              type="number"
              min={1}
              value={shape[0]}
              onChange={(event) => {
                const rows = event.currentTarget.valueAsNumber;
                if (rows >= 1) setArray({ name, ...withRows(array, Math.min(rows, 10000)) });
              }}
            />
          </label>
        )}
      </h3>
      {spec && <p class="quiet">{spec.meaning}</p>}
      {isDrawable(array, spec) ? (
        <GridEditor array={array} />
      ) : values.length <= mostTyped && shape.length <= 2 ? (
        <NumberArea array={array} />
      ) : (
        <p class="quiet">{t.inputs.tooLarge(integer(values.length))}</p>
      )}
    </section>
  );
}

/** Numbers as text, a line to each row. */
function NumberArea({ array }: { readonly array: Array1 }) {
  const problem = useSignal<string | undefined>(undefined);
  return (
    <>
      <textarea
        class="numbers figure"
        rows={Math.min(12, Math.max(2, array.shape.length > 1 ? (array.shape[0] ?? 1) : 2))}
        spellcheck={false}
        aria-label={array.name}
        aria-invalid={problem.value !== undefined}
        value={writeNumbers(array)}
        onChange={(event) => {
          const typed = parseNumbers(event.currentTarget.value, array.shape.length);
          problem.value =
            'problem' in typed ? t.inputs.problems[typed.problem](typed.at) : undefined;
          if (!('problem' in typed)) setArray({ name: array.name, ...typed });
        }}
      />
      {problem.value !== undefined && (
        <p class="error-text" role="alert">
          {problem.value}
        </p>
      )}
    </>
  );
}
