/** A button with a panel below it; closes on Escape, on a click elsewhere, and when the focus leaves. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly children: ComponentChildren;
  /** Closes when something inside is chosen. */
  readonly menu?: boolean;
}

export function Popover({ label, children, menu = false }: Props) {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) open.value = false;
    };
    window.addEventListener('pointerdown', outside);
    return () => window.removeEventListener('pointerdown', outside);
  }, []);
  return (
    <div
      ref={root}
      class="popover"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open.value) return;
        event.stopPropagation();
        open.value = false;
        root.current?.querySelector('button')?.focus();
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        if (next && !root.current?.contains(next)) open.value = false;
      }}
    >
      <button
        class="quiet-button"
        aria-expanded={open.value}
        aria-haspopup={menu ? 'menu' : 'dialog'}
        onClick={() => (open.value = !open.value)}
      >
        {label}
        <span class="codicon codicon-chevron-down" aria-hidden="true" />
      </button>
      {open.value && (
        <div
          class="popover-panel"
          role={menu ? 'menu' : 'dialog'}
          aria-label={label}
          onClick={() => menu && (open.value = false)}
        >
          {children}
        </div>
      )}
    </div>
  );
}
