/** Bundles in parts: what the sources `import()` is loaded when it is first asked for. */
import { readFile, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';

/** Bundles the small files of `onnxruntime-node`, which take Node 8 ms to find; the binary stays where it is. */
const nativeRuntime = {
  name: 'native-runtime',
  setup({ onLoad }) {
    onLoad({ filter: /onnxruntime-node.dist.binding\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace('`../bin/', '`onnxruntime-node/bin/'),
    }));
  },
};

/** esbuild splits ES modules alone, whose loader takes Node 5 ms to start: each part becomes CommonJS. */
const commonJs = {
  name: 'commonjs',
  setup({ initialOptions: { minify, sourcemap, target }, onEnd }) {
    const options = { format: 'cjs', platform: 'node', target, minify, sourcemap };
    const supported = { 'dynamic-import': false };
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const { code } = await transform(text, { ...options, supported });
        await writeFile(path, code);
      }
    });
  },
};

/** esbuild's options for a bundle in parts; what several parts need is in files of its own, so that it is there once. */
export const inParts = (name) => ({
  format: 'esm',
  splitting: true,
  chunkNames: `${name}.[name].[hash]`,
  write: false,
  plugins: [nativeRuntime, commonJs],
});
