import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** What a language model gets when it asks one of our tools. */
async function ask(name: string, input: Readonly<Record<string, unknown>>): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
    .join('');
}

describe('the tools for language models', () => {
  before(async () => {
    await vscode.extensions.getExtension('mnemoscope.mnemoscope')?.activate();
  });

  it('list the tensors of the sample', async () => {
    const text = await ask('mnemoscope_list_tensors', {
      path: 'induction/model.safetensors',
      filter: 'wte',
    });
    assert.match(text, /^GPT-2, \d+ blocks of \d+ heads/);
    assert.match(text, /wte\.weight float32 \[\d+, \d+\]/);
    assert.doesNotMatch(text, /wpe/);
  });

  it('say where an attention head looks', async () => {
    const text = await ask('mnemoscope_attention_top_k', {
      path: 'induction/model.safetensors',
      ids: [1, 2, 3, 1, 2],
      layer: 1,
      head: 0,
      k: 2,
    });
    const [first, ...keys] = text.split('\n');
    assert.match(first ?? '', /layer 1, head 0, query 4 ".*" looks at$/);
    assert.equal(keys.length, 2);
    for (const key of keys) assert.match(key, /^key [0-4] ".*": [01]\.\d{4}$/);
  });

  it('say what the tensors in a line of code are', async () => {
    // What is open is asked about, also where an earlier test has typed into it.
    const path = 'induction/model.py';
    const folder = vscode.workspace.workspaceFolders![0]!.uri;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, path));
    const line = document.positionAt(document.getText().indexOf('q = q.view')).line + 1;
    const answer = await ask('mnemoscope_explain_shape', { path, line });
    const [first, ...tensors] = answer.split('\n');
    assert.ok(first?.startsWith(`line ${line}: q = q.view`), first);
    assert.ok(
      tensors.some((one) => /^q: float32 \[B, T, /.test(one)),
      tensors.join('\n'),
    );
    await assert.rejects(ask('mnemoscope_explain_shape', { path, line: 1 }), {
      message: /nothing is known of a tensor in line 1/,
    });
  });

  it('answer in one sentence what they cannot do', async () => {
    await assert.rejects(
      ask('mnemoscope_memory_trace_step', { path: 'induction/model.safetensors' }),
      {
        message: /expected a trace/,
      },
    );
  });
});
