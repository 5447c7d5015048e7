/** Encoder, decoder, or the decoder over the encoder: which attention is shown. */
import { showAccess, shownAccess, stackAccesses } from '../state';
import { t } from '../strings';
import { accessWord } from './describe';

export function StackSwitch() {
  if (stackAccesses.value.length === 0) return null;
  return (
    <div class="switch" role="tablist" aria-label={t.attention.stack}>
      {stackAccesses.value.map((access) => (
        <button
          key={access}
          role="tab"
          aria-selected={shownAccess.value === access}
          title={t.attention.stacks[access as keyof typeof t.attention.stacks]}
          onClick={() => showAccess(access)}
        >
          {accessWord(access)}
        </button>
      ))}
    </div>
  );
}
