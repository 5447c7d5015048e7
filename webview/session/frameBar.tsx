/** Above the arrays of a frame: search, order, and a line to pin an expression. */
import { t } from '../strings';
import { type FrameSort, frameSearch, frameSort, frameSorts } from './frameRows';
import { pin } from './state';

export function FrameBar() {
  const words = t.session;
  return (
    <div class="frame-bar">
      <input
        type="search"
        placeholder={words.search}
        aria-label={words.search}
        value={frameSearch.value}
        onInput={(event) => (frameSearch.value = event.currentTarget.value)}
      />
      <select
        aria-label={words.sort}
        title={words.sort}
        value={frameSort.value}
        onChange={(event) => (frameSort.value = event.currentTarget.value as FrameSort)}
      >
        {frameSorts.map((sort) => (
          <option key={sort} value={sort}>
            {words.sorts[sort]}
          </option>
        ))}
      </select>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const input = event.currentTarget.elements.namedItem('pin') as HTMLInputElement;
          if (!input.value.trim()) return;
          void pin(input.value, true);
          input.value = '';
        }}
      >
        <input
          name="pin"
          placeholder={words.pinPlaceholder}
          aria-label={words.pinPlaceholder}
          title={words.pinTitle}
          spellcheck={false}
          autocomplete="off"
        />
      </form>
    </div>
  );
}
