// The peer view of rules as a tree of plain words: what is shown, in which order, and where a click leads.

import type { Advice, Row, RuleLink, Span } from '../protocol.ts';

/** Where a click leads. */
export type Target =
  | { readonly kind: 'place'; readonly span: Span }
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'technique'; readonly id: string };

export interface Node {
  readonly label: string;
  readonly description?: string;
  /** Markdown is not read here. */
  readonly tooltip?: string;
  /** The name of a codicon. */
  readonly icon?: string;
  readonly target?: Target;
  readonly children?: readonly Node[];
  /** What the editor tells nodes apart by. */
  id: string;
  parent?: Node;
}

type Draft = Omit<Node, 'id' | 'parent' | 'children'> & { children?: Draft[] };

/** The tree of a document: of one rule its groups, of several the rules above them. */
export function tree(rules: readonly Advice[]): readonly Node[] {
  const [only] = rules;
  const drafts = rules.length === 1 && only ? groups(only) : rules.map(rule);
  return finish(drafts, rules.length === 1 ? '0' : '');
}

function finish(drafts: Draft[], prefix: string, parent?: Node): Node[] {
  return drafts.map(({ children, ...draft }, index) => {
    const node: Node & { children?: readonly Node[] } = { ...draft, id: `${prefix}/${index}` };
    if (parent) node.parent = parent;
    return children ? Object.assign(node, { children: finish(children, node.id, node) }) : node;
  });
}

function rule(advice: Advice): Draft {
  return { label: advice.title, icon: 'law', children: groups(advice) };
}

function groups(advice: Advice): Draft[] {
  const group = (label: string, icon: string, tooltip: string, children: Draft[]): Draft => {
    return { label, icon, tooltip, description: String(children.length), children };
  };
  return [
    group(
      'Indicators',
      'search',
      'What this rule looks for, and how many other rules look for the same',
      indicators(advice),
    ),
    group('Exclusions', 'exclude', 'What rules like this one leave out', exclusions(advice)),
    group('Fields', 'symbol-field', 'What rules of this log source look at', fields(advice)),
    group('Techniques', 'book', 'The techniques of this rule, and of rules like it', techniques(advice)),
    group('Similar Rules', 'references', 'The published rules that are most like this one', similar(advice)),
  ].filter(({ children }) => children?.length);
}

function indicators({ indicators }: Advice): Draft[] {
  return indicators.map(({ reach, techniques, by_vendor, scaffold, span, ...row }) => ({
    ...written(row, scaffold ? 'where to look' : counted(reach, 'rule')),
    tooltip: scaffold
      ? 'This says where to look, not what for.'
      : `${counted(reach, 'other rule')} in ${counted(techniques, 'technique')}${vendors(by_vendor)}`,
    icon: scaffold ? 'compass' : 'search',
    ...(span && { target: { kind: 'place', span } }),
  }));
}

function exclusions({ exclusions }: Advice): Draft[] {
  return exclusions.map(({ support, peers, basis, rules, ...row }) => ({
    ...written(row, peers > 0 ? `${support} of ${peers} peers` : 'follows'),
    tooltip: `${BASES[basis] ?? basis}. The rules below leave it out.`,
    icon: 'exclude',
    ...(rules.length > 0 && { children: rules.map((link) => published(link, link.source)) }),
  }));
}

const BASES: Readonly<Record<string, string>> = {
  technique: 'Asked were rules for the same log source and technique',
  logsource: 'Asked were rules for the same log source',
  corpus: 'Asked were all rules',
  twin: 'It goes with something that this rule leaves out',
};

function fields({ fields }: Advice): Draft[] {
  return fields.map(({ field, support, peers, values }) => ({
    label: field,
    description: `${support} of ${peers} rules`,
    tooltip: 'What most of them look for in it stands below.',
    icon: 'symbol-field',
    ...(values.length > 0 && { children: values.map((row) => written(row)) }),
  }));
}

function techniques({ techniques, techniques_suggested }: Advice): Draft[] {
  const page = (id: string, label: string, description: string): Draft => {
    return { label, description, tooltip: 'Show its page', icon: 'book', target: { kind: 'technique', id } };
  };
  const others = techniques_suggested.filter(({ id }) => !techniques.includes(id));
  return [
    ...techniques.map((id) => page(id, id, 'of this rule')),
    ...others.map(({ id, name, support, peers }) =>
      page(id, name ? `${id} ${name}` : id, `${support} of ${peers} similar rules`),
    ),
  ];
}

function similar({ similar }: Advice): Draft[] {
  return similar.map(({ score, ...link }) => published(link, `${link.source}, ${Math.round(score * 100)} %`));
}

function published(link: RuleLink, description: string): Draft {
  const web = link.url && /^https?:/.test(link.url) ? link.url : undefined;
  return {
    label: link.title,
    description,
    tooltip: web ?? 'It has no address.',
    icon: web ? 'link-external' : 'law',
    ...(web && { target: { kind: 'link', url: web } }),
  };
}

/** The value first, since side bars are narrow; behind it what is counted, and the field. */
function written({ field, op, value, sigma }: Row, count?: string): { label: string; description: string } {
  const key = sigma?.key ?? `${field} ${op}`;
  const shown = sigma ? sigma.value : value;
  if (!shown) return { label: `${key}: ${shown === null ? 'null' : "''"}`, description: count ?? '' };
  return { label: shown, description: count ? `${count}, ${key}` : key };
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function vendors(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([vendor, count]) => `${vendor} ${count}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
