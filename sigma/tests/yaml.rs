//! Trees and spans of readable YAML.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly, like tests")]

use sigwise_sigma::yaml::{self, MAX_ALIAS_NODES, MAX_DEPTH, Mapping, Node, ProblemKind, Stream, Style, Value};
use sigwise_sigma::{Source, Span};

fn read(text: &str) -> (Source, Stream) {
    let source = Source::from(text);
    let stream = yaml::parse(&source);
    (source, stream)
}

fn root(stream: &Stream) -> &Node {
    stream.documents[0].root.as_ref().unwrap()
}

fn map(node: &Node) -> &Mapping {
    match &node.value {
        Value::Mapping(map) => map,
        other => panic!("{other:?}"),
    }
}

/// The node at a path such as `a/0/b`.
#[track_caller]
fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('/').fold(node, |node, step| match &node.value {
        Value::Mapping(map) => {
            let found = map.entries.iter().find(|entry| text(&entry.key) == step);
            &found.unwrap_or_else(|| panic!("no {step} of {path}")).value
        }
        Value::Sequence(list) => &list.items[step.parse::<usize>().unwrap()],
        Value::Scalar(_) => panic!("no {step} of {path}"),
    })
}

fn text(node: &Node) -> &str {
    match &node.value {
        Value::Scalar(scalar) => &scalar.text,
        _ => panic!("no scalar"),
    }
}

/// Flow and block, every style, nulls, comments between: the pairs say which text a path has as its span.
#[test]
fn spans_are_the_tokens() {
    let file = "\
# head
title: 'it''s' # behind
日本: \"😀 \\u00e4\"
nothing:
commented: # nothing either
list:
  - plain
  -
  - key: value   # comment
    flow: [a, {b: c}, 'd'   ]

  # not part of the list
same:
- 1
- - 2
  - 3
literal: |
    one

    two


folded: >- # comment
    one
    two
plain: of
    two lines
? complex
: value
anchored: &name !!str text
alias: *name
end: { x: , y }
";
    let expected = [
        ("title", "'it''s'"),
        ("日本", "\"😀 \\u00e4\""),
        ("nothing", ""),
        ("commented", ""),
        ("list", "- plain\n  -\n  - key: value   # comment\n    flow: [a, {b: c}, 'd'   ]"),
        ("list/0", "plain"),
        ("list/1", ""),
        ("list/2", "key: value   # comment\n    flow: [a, {b: c}, 'd'   ]"),
        ("list/2/flow", "[a, {b: c}, 'd'   ]"),
        ("list/2/flow/1", "{b: c}"),
        ("list/2/flow/1/b", "c"),
        ("list/2/flow/2", "'d'"),
        ("same", "- 1\n- - 2\n  - 3"),
        ("same/1", "- 2\n  - 3"),
        ("literal", "|\n    one\n\n    two"),
        ("folded", ">- # comment\n    one\n    two"),
        ("plain", "of\n    two lines"),
        ("complex", "value"),
        ("anchored", "text"),
        ("alias", "text"),
        ("end", "{ x: , y }"),
        ("end/x", ""),
    ];
    for mark in ["", "\u{feff}"] {
        for ending in ["\n", "\r\n", "\r"] {
            let file = format!("{mark}{file}").replace('\n', ending);
            let (source, stream) = read(&file);
            assert_eq!(stream.problems, []);
            let root = root(&stream);
            for (path, expected) in expected {
                assert_eq!(source.slice(at(root, path).span), expected.replace('\n', ending), "{path} with {ending:?}");
            }
            for entry in &map(root).entries {
                assert_eq!(source.slice(entry.key.span), text(&entry.key));
            }
            let after = |path: &str| source.text()[..at(root, path).span.start as usize].to_owned();
            assert!(after("nothing").ends_with("nothing:"));
            assert!(after("commented").ends_with("commented:"));
            assert!(after("list/1").ends_with('-'));
            assert!(after("end/x").ends_with("x:"));
            assert_eq!(source.slice(at(root, "anchored").anchor.unwrap()), "&name");
            assert_eq!(at(root, "anchored").tag.as_deref(), Some("!!str"));
            assert_eq!(source.slice(at(root, "alias").alias.unwrap()), "*name");
            let whole = source.slice(stream.documents[0].span);
            assert!(whole.starts_with("title") && whole.ends_with("y }"), "{whole:?}");
            let comments: Vec<_> = stream.comments.iter().map(|c| (source.slice(c.span), c.own_line)).collect();
            let expected = [
                ("# head", true),
                ("# behind", false),
                ("# nothing either", false),
                ("# comment", false),
                ("# not part of the list", true),
                ("# comment", false),
            ];
            assert_eq!(comments, expected);
            assert_eq!(text(at(root, "literal")), "one\n\ntwo\n");
            assert_eq!(text(at(root, "日本")), "😀 ä");
        }
    }
}

#[test]
fn documents() {
    let (source, stream) = read("# c\n--- # first\na: 1\n---\n--- |\n  text\n...\n---\nb: 2\n\n# end\n");
    let spans: Vec<_> = stream.documents.iter().map(|tree| source.slice(tree.span)).collect();
    assert_eq!(spans, ["--- # first\na: 1", "---", "--- |\n  text", "---\nb: 2"]);
    assert!(stream.documents[1].root.is_none());
    assert!(read("").1.documents.is_empty());
    assert!(read("\n# only this\n").1.documents.is_empty());
    assert!(read("\u{feff}").1.documents.is_empty());
}

#[test]
fn more_comments_than_anyone_writes() {
    let (_, stream) = read(&format!("a: 1\n{}b: 2\n", "# c\n".repeat(5000)));
    assert_eq!((stream.problems.len(), stream.comments.len()), (0, 5000));
}

#[test]
fn block_scalar_at_the_end_of_the_file() {
    for (file, expected, value) in [
        ("a: |\n  x", "|\n  x", "x"),
        ("a: |\n  x\n", "|\n  x", "x\n"),
        ("a: |+\n  x\n\n", "|+\n  x", "x\n\n"),
        ("a: |", "|", ""),
        ("a: >-\n\n", ">-", ""),
        ("a: |\nb: x", "|", ""),
        ("a: |\n\n   \nb: x", "|", ""),
        ("a: |+ # c\n\n\nb: x", "|+ # c", "\n\n"),
        ("- |\n x  \n- y", "|\n x  ", "x  \n"),
        ("a: &x !!str |-\n  y\n", "|-\n  y", "y"),
        ("a: |\n  x\n    \n  \n \n", "|\n  x\n    ", "x\n  \n"),
        ("a: |\n  x\n  \t\n", "|\n  x\n  \t", "x\n\t\n"),
        ("a: |2\n\n    x\n", "|2\n\n    x", "\n  x\n"),
    ] {
        let (source, stream) = read(file);
        let node = match &root(&stream).value {
            Value::Mapping(map) => &map.entries[0].value,
            Value::Sequence(list) => &list.items[0],
            Value::Scalar(_) => panic!(),
        };
        assert_eq!((source.slice(node.span), text(node)), (expected, value), "{file:?}");
    }
}

#[test]
fn merge_keys_as_pyyaml() {
    let file = "\
one: &one {a: 1, b: 1}
two: &two {b: 2, c: 2}
map:
  b: own
  <<: *one
list:
  <<: [*one, *two]
  c: own
nested: {<<: {x: 1}, y: 2}
";
    let (source, stream) = read(file);
    assert_eq!(stream.problems, []);
    let show = |path: &str| {
        let entries = &map(at(root(&stream), path)).entries;
        entries
            .iter()
            .map(|e| format!("{}={}{}", text(&e.key), text(&e.value), ["", "*"][usize::from(e.inherited)]))
            .collect::<Vec<_>>()
    };
    assert_eq!(show("map"), ["b=own", "a=1*"]);
    assert_eq!(show("list"), ["c=own", "a=1*", "b=1*"]);
    assert_eq!(show("nested"), ["y=2", "x=1*"]);
    let inherited = &map(at(root(&stream), "map")).entries[1];
    assert_eq!(source.slice(inherited.value.alias.unwrap()), "*one");
    assert_eq!(source.slice(at(root(&stream), "map").span), "b: own\n  <<: *one");
    let (source, stream) = read("a: {<<: text}");
    assert_eq!((stream.problems[0].kind, source.slice(stream.problems[0].span)), (ProblemKind::Syntax, "text"));
}

#[test]
fn aliases_have_a_budget() {
    let mut file = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        file += &format!("a{level}: &a{level} [{items}]\n");
    }
    let (source, stream) = read(&file);
    assert_eq!(stream.problems.len(), 1);
    assert_eq!(stream.problems[0].kind, ProblemKind::AliasExpansion);
    assert!(source.slice(stream.problems[0].span).starts_with("*a"));
    assert!(count(root(&stream)) < 2 * MAX_ALIAS_NODES);
}

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(list) => list.items.iter().map(count).sum(),
        Value::Mapping(map) => map.entries.iter().map(|e| count(&e.key) + count(&e.value)).sum(),
    }
}

fn depth(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(list) => list.items.iter().map(depth).max().unwrap_or(0),
        Value::Mapping(map) => map.entries.iter().map(|e| depth(&e.value)).max().unwrap_or(0),
    }
}

#[test]
fn aliases_within_themselves() {
    let (source, stream) = read("a: &a\n  - *a\n  - x\n");
    assert_eq!(stream.problems[0].kind, ProblemKind::AliasExpansion);
    assert_eq!(source.slice(stream.problems[0].span), "*a");
    assert_eq!(text(at(root(&stream), "a/1")), "x");
}

#[test]
fn aliases_do_not_nest_without_end() {
    let mut file = String::from("a0: &a0 [x]\n");
    for level in 1..1000 {
        file += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    let (_, stream) = read(&file);
    assert!(stream.problems.iter().any(|p| p.kind == ProblemKind::AliasExpansion));
    assert!(depth(root(&stream)) <= MAX_DEPTH + 2);
}

#[test]
fn duplicate_keys_are_kept_and_reported() {
    let many: String = (0..30).map(|i| format!("k{i}: {i}\n")).collect();
    for before in ["", &many] {
        let (source, stream) = read(&format!("{before}title: a\nid: b\n'title': c\n1: x\n'1': y\n"));
        let problem = &stream.problems[0];
        assert_eq!((stream.problems.len(), problem.kind), (1, ProblemKind::DuplicateKey));
        assert_eq!(source.slice(problem.span), "'title'");
        assert_eq!(source.slice(problem.related.as_ref().unwrap().0), "title");
        let titles = map(root(&stream)).entries.iter().filter(|e| text(&e.key) == "title").count();
        assert_eq!(titles, 2);
    }
}

#[test]
fn what_pyyaml_cannot_load() {
    for (file, token) in [
        ("a: =", "="),
        ("a: [<<]", "<<"),
        ("? [a, b]\n: c", "[a, b]"),
        ("a: !foo bar", "!foo"),
        ("a: !foo [b]", "!foo"),
        ("a: && b", "&&"),
        ("a: {{ b }}", "{{ b }}"),
        ("a: b\u{1b}c", "\u{1b}"),
        ("a: 'b\u{7f}c'", "\u{7f}"),
        ("a: b # \0\0", "\0\0"),
        ("a:\tb", "\t"),
        ("a: b\t", "\t"),
        ("a: b\tc", "\t"),
        ("a: b\n: c", ":"),
        ("a: b\n...\nc: d\ne: f", "c: d"),
    ] {
        let (source, stream) = read(file);
        let found: Vec<_> = stream.problems.iter().map(|p| source.slice(p.span)).collect();
        assert_eq!(found, [token], "{file:?}");
    }
    for file in [
        "a: '='",
        "<<: {a: b}",
        "a: ! b",
        "a: !!int 5",
        "a: 'b\tc'",
        "a: |\n  b\tc\n  \t\n",
        "a: b # c\td",
        "a: \u{85}",
    ] {
        assert_eq!(read(file).1.problems, [], "{file:?}");
    }
}

#[test]
fn styles() {
    let (_, stream) = read("[a, 'b', \"c\"]");
    let Value::Sequence(list) = &root(&stream).value else { panic!() };
    let styles = list.items.iter().map(|item| match &item.value {
        Value::Scalar(scalar) => scalar.style,
        _ => panic!(),
    });
    assert_eq!(styles.collect::<Vec<_>>(), [Style::Plain, Style::SingleQuoted, Style::DoubleQuoted]);
    assert!(list.flow);
}

#[test]
fn bytes_that_are_not_utf8() {
    let source = Source::from_bytes(b"a: \xff\xfe\nb: \xe2\x82x\n".to_vec());
    let stream = yaml::parse(&source);
    let found: Vec<_> = stream.problems.iter().map(|p| (p.kind, p.span)).collect();
    assert_eq!(found, [(ProblemKind::Encoding, Span::new(3, 5)), (ProblemKind::Encoding, Span::new(9, 11))]);
    assert_eq!(text(at(root(&stream), "b")), "??x");
}

#[test]
fn files_that_are_too_large() {
    let source = Source::from_bytes(vec![b'a'; Source::MAX_BYTES + 1]);
    let stream = yaml::parse(&source);
    assert_eq!((stream.problems.len(), stream.problems[0].kind), (1, ProblemKind::TooLarge));
    assert!(stream.documents.is_empty());
}
