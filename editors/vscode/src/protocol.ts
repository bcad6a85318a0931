// What the server's own commands take and answer; docs/server.md and schemas/ describe them.
//
// The language client registers each of them in VS Code under the server's name. The extension's commands are called
// `sigwise.ui.…`, which the server never uses, so the two cannot meet.

/** A page of a technique. */
export const TECHNIQUE = 'sigwise.technique';
/** What peers of a document's rules do. */
export const ADVISE = 'sigwise.advise';
/** The published rules that are about the same as a document's rules; the peer view shows them, too. */
export const SIMILAR = 'sigwise.similarRules';
/** What the corpus is made of. */
export const CORPUS_INFO = 'sigwise.showCorpusInfo';

/** Bytes of the document in UTF-8. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Something that rules look for or leave out, also as Sigma writes it. */
export interface Row {
  readonly field: string;
  readonly op: string;
  readonly value: string;
  readonly sigma: { readonly key: string; readonly value: string | null } | null;
}

/** A published rule. */
export interface RuleLink {
  readonly vendor: string;
  readonly source: string;
  readonly id: string | null;
  readonly title: string;
  readonly url: string | null;
}

/** How many of those that were asked. */
interface Share {
  readonly support: number;
  readonly peers: number;
}

/** What peers of one rule do: `schemas/advise.json`, as far as it is shown. */
export interface Advice {
  readonly id: string | null;
  readonly title: string;
  readonly techniques: readonly string[];
  readonly indicators: readonly (Row & {
    readonly reach: number;
    readonly techniques: number;
    readonly by_vendor: Readonly<Record<string, number>>;
    readonly scaffold: boolean;
    readonly span: Span | null;
  })[];
  readonly exclusions: readonly (Row & Share & { readonly basis: string; readonly rules: readonly RuleLink[] })[];
  readonly fields: readonly (Share & { readonly field: string; readonly values: readonly Row[] })[];
  readonly techniques_suggested: readonly (Share & { readonly id: string; readonly name: string | null })[];
  readonly similar: readonly (RuleLink & { readonly score: number })[];
}

/** Where the corpus comes from: `schemas/corpus-info.json`, as far as it is shown. */
export interface CorpusInfo {
  /** Of its newest source. */
  readonly date: string | null;
  readonly rules: number;
  readonly by_vendor: Readonly<Record<string, number>>;
}

/** What a lens above a rule hands to its command. */
export interface Subject {
  readonly uri: string;
  readonly document?: number;
  readonly technique?: string;
}
