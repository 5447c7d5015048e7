// The debug type of the Python extension, from the debugpy that the tests' own Python has.
import process from 'node:process';
import * as vscode from 'vscode';

export function activate({ subscriptions }) {
  const python = process.env.MNEMOSCOPE_PYTHON ?? 'python3';
  subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory('debugpy', {
      createDebugAdapterDescriptor: ({ configuration: { connect } }) =>
        connect
          ? new vscode.DebugAdapterServer(connect.port, connect.host)
          : new vscode.DebugAdapterExecutable(python, ['-m', 'debugpy.adapter']),
    }),
    // As the Python extension does: each process that the program starts is a session of its own.
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (event === 'debugpyAttach') {
        void vscode.debug.startDebugging(session.workspaceFolder, body, session);
      }
    }),
    vscode.debug.registerDebugConfigurationProvider('debugpy', {
      resolveDebugConfiguration: (_folder, configuration) => ({
        console: 'internalConsole',
        python: [python],
        ...configuration,
      }),
    }),
  );
}
