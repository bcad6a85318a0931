// The skeleton of a Sigma rule, with a fresh id and today's date.

import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

/** Opens a document that is not saved yet with the skeleton in it; `Tab` leads through what is to be filled in. */
export async function newRule(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'yaml' });
  const editor = await vscode.window.showTextDocument(document);
  await editor.insertSnippet(new vscode.SnippetString(skeleton(new Date())));
}

function skeleton(now: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `title: \${1:Suspicious Thing Done by Program}
id: ${randomUUID()}
status: experimental
description: Detects \${2:what it is, and why that is suspicious}
references:
    - \${3:https://example.com/report}
author: \${4:Your Name}
date: ${date}
tags:
    - attack.\${5:execution}
    - attack.\${6:t1059.001}
logsource:
    category: \${7:process_creation}
    product: \${8:windows}
detection:
    selection:
        \${9:Image|endswith}: '\${10:\\\\program.exe}'
    condition: selection
falsepositives:
    - \${11:Unknown}
level: \${12|medium,informational,low,high,critical|}
$0`;
}
