// Which documents the server is told of. Whether one holds Sigma rules is for the server to say: no language is taken over.

import type { TextDocument } from 'vscode';

const LANGUAGES = ['yaml', 'sigma'];
const SCHEMES = ['file', 'untitled'];

/** What the server is asked about. */
export const SELECTOR = LANGUAGES.flatMap((language) => SCHEMES.map((scheme) => ({ language, scheme })));

/** Whether the server knows a document. */
export function isRuleLanguage(document: TextDocument): boolean {
  return LANGUAGES.includes(document.languageId) && SCHEMES.includes(document.uri.scheme);
}
