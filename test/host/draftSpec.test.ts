import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

/** The header of the sample with other names; offsets stay. */
function renamed(file: Buffer): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const text = file.subarray(8, 8 + length).toString();
  const header = text
    .replaceAll('memory.mem_bias', 'tape')
    .replaceAll(/heads\.\d\.fc_(read|write)\./g, '$1_head.')
    .replaceAll('controller.lstm', 'core');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([size, Buffer.from(header), file.subarray(8 + length)]);
}

describe('drafting a model spec', function () {
  this.timeout(30_000);
  let folder: string;
  let checkpoint: vscode.Uri;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-draft-'));
    checkpoint = vscode.Uri.file(path.join(folder, 'machine.safetensors'));
    const extension = vscode.extensions.getExtension('mnemoscope.mnemoscope');
    assert.ok(extension);
    const sample = path.join(extension.extensionPath, 'samples/ntm-copy/model.safetensors');
    writeFileSync(checkpoint.fsPath, renamed(readFileSync(sample)));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('writes it beside the checkpoint and shows it', async () => {
    await vscode.commands.executeCommand('mnemoscope.draftSpec', checkpoint);
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(path.basename(document.fileName), 'machine.safetensors.mnemoscope.json');
    const spec = JSON.parse(document.getText()) as {
      architecture: string;
      tensors: Record<string, string>;
    };
    assert.equal(spec.architecture, 'Neural Turing Machine');
    assert.equal(spec.tensors['ntm.heads.1.fc_write.weight'], 'write_head.weight');
  });

  it('leaves one that is there as it is', async () => {
    const file = `${checkpoint.fsPath}.mnemoscope.json`;
    const mine = '{ "architecture": "Neural Turing Machine" }\n';
    writeFileSync(file, mine);
    await vscode.commands.executeCommand('mnemoscope.draftSpec', checkpoint);
    assert.equal(readFileSync(file, 'utf8'), mine);
  });
});
