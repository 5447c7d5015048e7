/** The list of keys of the view on screen. */
import { useEffect, useRef } from 'preact/hooks';
import { help, view } from './state';
import { t } from './strings';

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (help.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [help.value]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-label={t.help.title}
      onClose={() => (help.value = false)}
    >
      <h2>{t.help.title}</h2>
      <dl>
        {keysOf().map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button onClick={() => (help.value = false)}>{t.help.close}</button>
    </dialog>
  );
}

function keysOf(): readonly (readonly [keys: string, what: string])[] {
  if (view.value === 'energy') return [...t.energy.keys, ...t.steps.keys];
  return view.value === 'memory' ? [...t.memory.keys, ...t.steps.keys] : t.help.keys;
}
