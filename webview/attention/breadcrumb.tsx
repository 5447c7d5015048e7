/** Where the person is, one step per level, and the view options. */
import { block, heads, select, selection } from '../state';
import { t } from '../strings';
import { nameOf } from './describe';
import { axisWords } from './heatMap';
import { shortLabel } from './labels';
import { OptionsPopover } from './optionsPopover';
import { isRollout, RolloutSwitch } from './rollout';
import { StackSwitch } from './stackSwitch';

export function Breadcrumb() {
  const head = block.value;
  const { query, key } = selection.value;
  const words = head && axisWords(head);
  const all = isRollout() ? t.attention.allLayers : t.attention.allHeads;
  const steps = [
    { label: all(heads.value.length), go: () => select({}) },
    ...(head ? [{ label: nameOf(head), go: () => select({ block: head.id }) }] : []),
    ...(head && words && query !== undefined
      ? [
          {
            label: `${words.query} ${query} “${shortLabel(head.rows, query)}”`,
            go: () => select({ block: head.id, query }),
          },
        ]
      : []),
    ...(head && words && key !== undefined
      ? [{ label: `${words.key} ${key} “${shortLabel(head.columns, key)}”`, go: () => undefined }]
      : []),
  ];
  return (
    <nav class="breadcrumb" aria-label={t.attention.breadcrumb}>
      <ol>
        {steps.map(({ label, go }, i) => (
          <li key={i}>
            {i === steps.length - 1 ? (
              <span aria-current="location">{label}</span>
            ) : (
              <button class="link" onClick={go}>
                {label}
              </button>
            )}
          </li>
        ))}
      </ol>
      <StackSwitch />
      <RolloutSwitch />
      <OptionsPopover />
    </nav>
  );
}
