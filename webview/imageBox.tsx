/** The input of a vision model: an image file, brought to the size that the model takes. */
import { useRef } from 'preact/hooks';
import type { ImageShape } from '../src/core/model/architecture';
import { cancel, image as chosen, report, run, running, runState } from './state';
import { t } from './strings';

export function ImageBox({ image }: { readonly image: ImageShape }) {
  const files = useRef<HTMLInputElement>(null);
  const state = runState.value;
  const { value } = chosen;
  const size = `${image.width} × ${image.height}`;
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      chosen.value = { name: file.name, ...(await coloursOf(file, image)) };
      await run();
    } catch (error) {
      report(error);
    }
  };
  return (
    <form
      class="input image-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (running.value) cancel();
        else void run();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <input
        ref={files}
        type="file"
        accept="image/*"
        hidden
        aria-label={t.input.image}
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      <button type="button" onClick={() => files.current?.click()}>
        {t.input.image}
      </button>
      <span class="input-facts" aria-live="polite">
        {state?.kind === 'running'
          ? t.run.layers(state.done, state.total)
          : (value?.name ?? t.input.imageSize(size))}
      </span>
      {running.value && (
        <progress
          max={state?.kind === 'running' ? state.total : 1}
          value={state?.kind === 'running' ? state.done : 0}
        />
      )}
      <button class="primary" type="submit" disabled={!running.value && !value}>
        {running.value ? t.input.cancel : t.input.run}
      </button>
    </form>
  );
}

/** Colours from 0 to 1, [3, height, width]; transparent places are white. */
async function coloursOf(file: File, { width, height }: ImageShape) {
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error(t.input.noImage);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data: pixels } = context.getImageData(0, 0, width, height);
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      data[channel * plane + i] = (pixels[4 * i + channel] ?? 0) / 255;
    }
  }
  return { width, height, data };
}
