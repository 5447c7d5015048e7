/** The frame of the panel: top bar, banners, one view. */
import { Banners } from './banners';
import { Help } from './help';
import { openError, restart, restarting, summary, trace, view } from './state';
import { t } from './strings';
import { TopBar } from './topBar';
import { viewsOf } from './views';

export function App() {
  if (openError.value !== undefined) {
    return (
      <main class="center">
        <div class="message">
          <h1>{t.open.failed}</h1>
          <p class="error-text" role="alert">
            {openError.value}
          </p>
          <p>{t.open.advice}</p>
          <button class="primary" disabled={restarting.value} onClick={() => void restart()}>
            {t.open.again}
          </button>
        </div>
      </main>
    );
  }
  if (!summary.value) return <main class="center quiet">{t.open.reading}</main>;
  const shown = viewsOf(summary.value, trace.value);
  const View = (shown.find(({ id }) => id === view.value) ?? shown[0])?.component;
  return (
    <>
      <TopBar />
      <Banners />
      <main>{View && <View />}</main>
      <Help />
    </>
  );
}
