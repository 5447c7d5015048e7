import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

type Layer = 'core' | 'protocol' | 'engine' | 'host' | 'cli' | 'webview';

/** What each layer may import: other layers, and from outside the project. */
const walls: Readonly<Record<Layer, { layers: readonly Layer[]; outside: RegExp }>> = {
  core: { layers: ['core'], outside: /^$/ },
  protocol: { layers: ['core', 'protocol'], outside: /^$/ },
  engine: {
    layers: ['core', 'protocol', 'engine'],
    outside:
      /^(node:|onnxruntime-(node|web|common)|@huggingface\/tokenizers|@vscode\/tree-sitter-wasm|h5wasm)/,
  },
  host: { layers: ['core', 'protocol', 'host'], outside: /^(node:|vscode$)/ },
  cli: { layers: ['core', 'protocol', 'engine', 'cli'], outside: /^node:/ },
  webview: {
    layers: ['core', 'protocol', 'webview'],
    outside: /^(preact|@preact\/signals)/,
  },
};

function layerOf(file: string): Layer {
  const [top, second = ''] = file.split('/');
  if (top === 'webview') return 'webview';
  if (second === 'cli.ts') return 'cli';
  assert.ok(second in walls, `${file} lies in no layer`);
  return second as Layer;
}

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const target =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) &&
            (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
              node.expression.getText() === 'require')
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (target && ts.isStringLiteralLike(target)) {
      const typeOnly =
        ts.isImportTypeNode(node) ||
        (ts.isImportDeclaration(node) &&
          node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
        (ts.isExportDeclaration(node) && node.isTypeOnly);
      found.push({ from: target.text, typeOnly });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = ['src', 'webview'].flatMap((root) =>
  readdirSync(root, { recursive: true })
    .map((file) => path.posix.join(root, String(file).split(path.sep).join('/')))
    .filter((file) => /\.tsx?$/.test(file)),
);

/** The sentence that says which arrow is forbidden, or undefined. */
function forbidden(file: string, { from, typeOnly }: Import): string | undefined {
  const layer = layerOf(file);
  const { layers, outside } = walls[layer];
  if (!from.startsWith('.')) {
    const name = builtinModules.includes(from) ? `node:${from}` : from;
    return outside.test(name) ? undefined : `${file}: ${layer} may not import ${from}`;
  }
  const target = layerOf(path.posix.join(path.posix.dirname(file), from));
  if (!layers.includes(target)) return `${file}: ${layer} may not import ${target} (${from})`;
  if (layer === 'protocol' && target === 'core' && !typeOnly) {
    return `${file}: protocol may import only types of core (${from})`;
  }
  return undefined;
}

test('every import respects the walls between layers', () => {
  assert.ok(files.length > 40, 'the source files were found');
  const broken = files.flatMap((file) =>
    importsOf(file).flatMap((item) => forbidden(file, item) ?? []),
  );
  assert.deepEqual(broken, []);
});

test('the check of the walls sees a forbidden arrow of each kind', () => {
  const node = { from: 'node:fs', typeOnly: false };
  assert.match(forbidden('src/core/trace/trace.ts', node) ?? '', /core may not import node:fs/);
  const host = { from: '../../host/main', typeOnly: true };
  assert.match(forbidden('src/core/trace/trace.ts', host) ?? '', /core may not import host/);
  const vscode = { from: 'vscode', typeOnly: true };
  assert.match(forbidden('src/engine/main.ts', vscode) ?? '', /engine may not import vscode/);
  const value = { from: '../core/trace/trace', typeOnly: false };
  assert.match(forbidden('src/protocol/engine.ts', value) ?? '', /only types of core/);
});

test('no file is longer than 400 lines', () => {
  const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 401);
  assert.deepEqual(long, []);
});
