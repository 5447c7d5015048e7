/** One line for what the person must know now, with the button that helps. */
import { engineDied, fileChanged, restart, restarting, runError, runState } from './state';
import { t } from './strings';

export function Banners() {
  const state = runState.value;
  // A dead engine fails every call that waited; one sentence about it is enough.
  const failure =
    engineDied.value === undefined
      ? (runError.value ?? (state?.kind === 'failed' ? state.message : undefined))
      : undefined;
  return (
    <>
      {engineDied.value !== undefined && (
        <Banner tone="error" text={`${engineDied.value} ${t.banner.died}`}>
          <button disabled={restarting.value} onClick={() => void restart()}>
            {t.banner.restart}
          </button>
        </Banner>
      )}
      {fileChanged.value !== undefined && (
        <Banner tone="warning" text={`${fileChanged.value} ${t.banner.stale}`}>
          <button disabled={restarting.value} onClick={() => void restart()}>
            {t.banner.reload}
          </button>
        </Banner>
      )}
      {failure !== undefined && (
        <Banner tone="error" text={failure}>
          {failure === runError.value && (
            <button onClick={() => (runError.value = undefined)}>{t.banner.dismiss}</button>
          )}
        </Banner>
      )}
      {state?.kind === 'cancelled' && (
        <Banner tone="info" text={t.run.cancelledLong(state.done, state.total)} />
      )}
    </>
  );
}

interface BannerProps {
  readonly tone: 'error' | 'warning' | 'info';
  readonly text: string;
  readonly children?: preact.ComponentChildren;
}

function Banner({ tone, text, children }: BannerProps) {
  return (
    <div class={`banner ${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <span class={`codicon codicon-${tone}`} aria-hidden="true" />
      <span class="banner-text">{text}</span>
      {children}
    </div>
  );
}
