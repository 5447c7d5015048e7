/** What a language model may ask: read-only facts in a few lines of text. Nothing is changed and nothing leaves the machine. */
import * as vscode from 'vscode';
import type { Engine } from '../engineProcess';
import type { Shapes } from '../shapes/register';
import { attentionTopK } from './attentionTopK';
import { explainShape } from './explainShape';
import { listTensors } from './listTensors';
import { memoryTraceStep } from './memoryTraceStep';
import type { Tool } from './tool';

/** By the names of `languageModelTools` in the manifest. */
const toolsOf = (shapes: Shapes): Readonly<Record<string, Tool>> => ({
  mnemoscope_list_tensors: listTensors,
  mnemoscope_attention_top_k: attentionTopK,
  mnemoscope_memory_trace_step: memoryTraceStep,
  mnemoscope_explain_shape: explainShape(shapes),
});

export function registerTools(engine: Engine, shapes: Shapes): vscode.Disposable {
  const registered = Object.entries(toolsOf(shapes)).map(([name, { run }]) =>
    vscode.lm.registerTool<Readonly<Record<string, unknown>>>(name, {
      async invoke({ input }, token) {
        const controller = new AbortController();
        const listening = token.onCancellationRequested(() => controller.abort());
        try {
          const text = await run(input, engine, controller.signal);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
        } finally {
          listening.dispose();
        }
      },
    }),
  );
  return vscode.Disposable.from(...registered);
}
