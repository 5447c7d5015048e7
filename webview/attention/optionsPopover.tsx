/** Rarely used options of the picture, in one place. */
import { scaleNames } from '../../src/core/draw/scale';
import { Popover } from '../popover';
import { type Options, options, setOption } from '../state';
import { t } from '../strings';

const sorts = ['position', 'induction', 'previous', 'first', 'diagonal', 'entropy'] as const;
const maps = ['viridis', 'cividis'] as const;
const switches = ['perRow', 'hideFirst', 'auto'] as const;

export function OptionsPopover() {
  const words = t.options;
  return (
    <Popover label={words.title}>
      <Choice
        name="sort"
        label={words.sort}
        values={sorts}
        words={{ position: words.position, ...t.statistics }}
      />
      <Choice name="scale" label={words.scale} values={scaleNames} words={words.scales} />
      <Choice name="map" label={words.map} values={maps} words={words.maps} />
      {switches.map((name) => (
        <label key={name} class="switch-line">
          <input
            type="checkbox"
            checked={options.value[name]}
            onChange={(event) => setOption(name, event.currentTarget.checked)}
          />
          <span>
            {words.switches[name].label}
            <small>{words.switches[name].says}</small>
          </span>
        </label>
      ))}
    </Popover>
  );
}

interface ChoiceProps<K extends keyof Options, V extends Options[K] & string> {
  readonly name: K;
  readonly label: string;
  readonly values: readonly V[];
  readonly words: Readonly<Record<V, string>>;
}

function Choice<K extends keyof Options, V extends Options[K] & string>({
  name,
  label,
  values,
  words,
}: ChoiceProps<K, V>) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        value={options.value[name] as string}
        onChange={(event) => setOption(name, event.currentTarget.value as V)}
      >
        {values.map((value) => (
          <option key={value} value={value}>
            {words[value]}
          </option>
        ))}
      </select>
    </label>
  );
}
