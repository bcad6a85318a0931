//! YAML that is broken the way people break it: the right token, the right words, and nothing else lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly, like tests")]

use std::time::{Duration, Instant};

use sigwise_sigma::yaml::{self, Node, Problem, ProblemKind, Stream, Style, Value};
use sigwise_sigma::{Source, Span};

const RULE: &str = r"title: Suspicious Thing
id: f3c95789-ace1-4954-ac5d-6baed2eac902
description: A rule to break
tags:
    - attack.execution
    - attack.t1059
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\sample.exe'
        CommandLine|contains:
            - 'one'
            - 'two'
    filter:
        User: 'SYSTEM'
    condition: selection and not filter
level: medium
";

fn leaves(node: &Node, path: &str, found: &mut Vec<(String, String)>) {
    match &node.value {
        Value::Scalar(scalar) => found.push((path.to_owned(), scalar.text.to_string())),
        Value::Sequence(list) => list.items.iter().for_each(|item| leaves(item, &format!("{path}/-"), found)),
        Value::Mapping(map) => map.entries.iter().for_each(|entry| {
            let key = match &entry.key.value {
                Value::Scalar(scalar) => &scalar.text,
                _ => "?",
            };
            leaves(&entry.value, format!("{path}/{key}").trim_start_matches('/'), found);
        }),
    }
}

fn read(text: &str) -> (Source, Stream, Vec<(String, String)>) {
    let source = Source::from(text);
    let stream = yaml::parse(&source);
    let mut found = Vec::new();
    for root in stream.documents.iter().filter_map(|tree| tree.root.as_ref()) {
        leaves(root, "", &mut found);
    }
    (source, stream, found)
}

/// Replaces a line of the rule; the one problem must be on `token` and say these things, the line must read as
/// `path = value` (or be lost, where the path is empty), and every other leaf must stay.
#[track_caller]
fn broken(line: &str, with: &str, token: &str, message: &str, help: &str, path: &str, value: &str) {
    assert!(RULE.contains(&format!("{line}\n")));
    let old = read(RULE).2;
    let gone = read(&RULE.replacen(&format!("{line}\n"), "", 1)).2;
    for ending in ["\n", "\r\n", "\r"] {
        let text = RULE.replacen(line, with, 1).replace('\n', ending);
        let (source, stream, found) = read(&text);
        let shown: Vec<_> = stream.problems.iter().map(|p| (source.slice(p.span), &p.message, &p.help)).collect();
        assert_eq!(shown.len(), 1, "{shown:#?}");
        let problem = &stream.problems[0];
        assert_eq!(source.slice(problem.span), token.replace('\n', ending), "{shown:#?}");
        assert!(problem.message.contains(message), "{shown:#?}");
        assert!(problem.help.as_deref().unwrap_or_default().contains(help), "{shown:#?}");
        let missing = |leaf: &&(String, String)| !found.contains(leaf) && gone.contains(leaf);
        assert_eq!(old.iter().filter(missing).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "lost");
        if !path.is_empty() {
            assert!(found.contains(&(path.to_owned(), value.to_owned())), "{found:#?}");
        }
        fix(&source, problem, &found);
    }
}

/// With its fix the text is read without a problem, and as it was read before.
fn fix(source: &Source, problem: &Problem, found: &[(String, String)]) {
    if let Some((span, with)) = &problem.fix {
        let mut text = source.text().to_owned();
        text.replace_range(span.range(), with);
        let (_, stream, fixed) = read(&text);
        assert_eq!(stream.problems, [], "{text}");
        assert_eq!(fixed, found);
    }
}

const ITEM: &str = "            - 'one'";
const IMAGE: &str = r"        Image|endswith: '\sample.exe'";
const VALUES: &str = "detection/selection/CommandLine|contains/-";
const FIELD: &str = "detection/selection/Image";

#[test]
fn values_without_quotes() {
    for (value, token, message) in [
        ("*.exe", "*.exe", "alias"),
        (r"*\foo bar.exe", r"*\foo bar.exe", "alias"),
        ("*", "*", "alias"),
        (r"%appdata%\foo.exe", r"%appdata%\foo.exe", "cannot begin with `%`"),
        ("@SSL", "@SSL", "cannot begin with `@`"),
        ("`whoami`", "`whoami`", "cannot begin with"),
        (", foo", ", foo", "cannot begin with `,`"),
        ("]foo", "]foo", "cannot begin with `]`"),
        ("[foo] bar", "[foo] bar", "as a list"),
        ("[System.Net]::New", "[System.Net]::New", "as a list"),
        ("[foo", "[foo", "as a list"),
        ("{foo} bar", "{foo} bar", "as a map"),
        ("{foo", "{foo", "as a map"),
        ("{{ foo }}", "{{ foo }}", "as a map"),
        ("!foo bar", "!foo", "as a tag"),
        ("& foo", "& foo", "as an anchor"),
        ("&& foo", "&&", "as an anchor"),
        ("| foo", "| foo", "as a block of text"),
        ("> foo", "> foo", "as a block of text"),
        (r"C:\foo: bar", r"C:\foo: bar", "colon"),
        (r"C:\foo:", r"C:\foo:", "colon"),
        ("say: foo: bar", "say: foo: bar", "colon"),
    ] {
        let help = format!("'{value}'");
        broken(IMAGE, &format!("        Image: {value}"), token, message, &help, FIELD, value);
        broken(IMAGE, &format!("        Image: {value}  # why"), token, message, &help, FIELD, value);
        if !value.contains(':') || value.starts_with('[') {
            broken(ITEM, &format!("            - {value}"), token, message, &help, VALUES, value);
        }
    }
    let title = "title: Suspicious Thing";
    broken(
        title,
        "title: Suspicious: Thing",
        "Suspicious: Thing",
        "colon",
        "'Suspicious: Thing'",
        "title",
        "Suspicious: Thing",
    );
}

#[test]
fn unquoted_values_stay_plain() {
    for value in ["*.exe", r"%temp%\x y", "[a] b", "!a b"] {
        let (source, stream, _) = read(&format!("a:\n  - b: {value}\n"));
        let mut node = stream.documents[0].root.as_ref().unwrap();
        while !matches!(node.value, Value::Scalar(_)) {
            node = match &node.value {
                Value::Mapping(map) => &map.entries[0].value,
                Value::Sequence(list) => &list.items[0],
                Value::Scalar(_) => unreachable!(),
            };
        }
        let Value::Scalar(scalar) = &node.value else { unreachable!() };
        assert_eq!((source.slice(node.span), &*scalar.text, scalar.style), (value, value, Style::Plain));
        let map = yaml::OffsetMap::new(&source, node);
        assert_eq!(source.slice(map.span(1..3)), &value[1..3]);
    }
}

#[test]
fn quotes() {
    let path = r#""C:\Windows\foo.exe""#;
    let image = |value: &str| format!("        Image: {value}");
    broken(IMAGE, &image(path), r"\W", "no escape", r"'C:\Windows\foo.exe'", FIELD, r"C:\Windows\foo.exe");
    broken(IMAGE, &image(r#""C:\temp\""#), r#""C:\temp\""#, "", "", FIELD, r"C:\temp\");
    broken(IMAGE, &image("'it's bad'"), "s bad'", "behind the closing quote", "'it''s bad'", FIELD, "it's bad");
    broken(IMAGE, &image(r#""say "hi" now""#), r#"hi" now""#, "behind", "'say \"hi\" now'", FIELD, "say \"hi\" now");
    broken(IMAGE, &image("'foo' bar"), "bar", "behind the closing quote", "'''foo'' bar'", FIELD, "'foo' bar");
    broken(IMAGE, &image("'foo.exe"), "'foo.exe", "never closed", "'foo.exe'", FIELD, "foo.exe");
    broken(IMAGE, &image("\"foo.exe"), "\"foo.exe", "never closed", "'foo.exe'", FIELD, "foo.exe");
    broken(ITEM, "            - 'one", "'one", "never closed", "'one'", VALUES, "one");
    broken("            - 'two'", "            - 'two", "'two", "never closed", "'two'", VALUES, "two");
    broken("level: medium", "level: 'medium", "'medium", "never closed", "'medium'", "level", "medium");
    broken(IMAGE, r#"        "Im\Sage": x"#, r#""Im\Sage":"#, "no such escape", "single quotes", "", "");
    broken(IMAGE, "        'Image'|endswith: x", "|endswith:", "behind the closing quote", "", "", "");
}

#[test]
fn colons() {
    let condition = "    condition: selection and not filter";
    let path = "detection/condition";
    let value = "selection and not filter";
    broken(
        condition,
        "    condition selection and not filter",
        &format!("condition {value}"),
        "colon is missing",
        "condition: selection",
        path,
        value,
    );
    broken(
        condition,
        "    condition:selection",
        "condition:selection",
        "blank is missing",
        "`condition: selection`",
        path,
        "selection",
    );
    broken("    filter:", "    filter", "filter", "colon is missing", "`filter:`", "detection/filter/User", "SYSTEM");
    broken("tags:", "tags", "tags", "colon is missing", "`tags:`", "tags/-", "attack.execution");
    broken(condition, "    condi", "condi", "no `key: value`", "", "", "");
}

#[test]
fn indentation() {
    let condition = "    condition: selection and not filter";
    let content = condition.trim();
    for depth in [2, 3, 5] {
        let with = format!("{}{content}", " ".repeat(depth));
        broken(
            condition,
            &with,
            content,
            &format!("indented by {depth}"),
            "indent it by 4",
            "detection/condition",
            "selection and not filter",
        );
    }
    broken("level: medium", " level: medium", "level: medium", "indented by 1", "indent it by 0", "level", "medium");
    broken(
        "    selection:",
        "   selection:",
        "selection:",
        "indented by 3",
        "indent it by 4",
        "detection/selection/CommandLine|contains/-",
        "one",
    );
    broken(
        "            - 'two'",
        "             - 'two'",
        "- 'two'",
        "indented by 13",
        "indent it by 12",
        VALUES,
        "two",
    );
    broken(
        "    filter:",
        "     filter:",
        "filter:",
        "indented by 5",
        "indent it by 4",
        "detection/filter/User",
        "SYSTEM",
    );
    broken(
        "    product: windows",
        "     product: windows",
        "product: windows",
        "indented by 5",
        "by 4",
        "logsource/product",
        "windows",
    );
}

#[test]
fn tabs_are_read_as_blanks() {
    let condition = "    condition: selection and not filter";
    broken(
        condition,
        "\tcondition: selection and not filter",
        "\t",
        "tab",
        "blanks",
        "detection/condition",
        "selection and not filter",
    );
    broken(ITEM, "\t\t\t- 'one'", "\t\t\t", "tab", "blanks", VALUES, "one");
    let old = read(RULE).2;
    let text = RULE.replace("    ", "\t");
    let (source, stream, found) = read(&text);
    assert_eq!(found, old);
    assert!(
        stream
            .problems
            .iter()
            .all(|p| p.kind == ProblemKind::Tab && source.slice(p.span).trim_matches('\t').is_empty())
    );
    assert_eq!(stream.problems.len(), text.lines().filter(|line| line.starts_with('\t')).count());
    let mut fixed = text.clone();
    for problem in stream.problems.iter().rev() {
        let (span, with) = problem.fix.as_ref().unwrap();
        fixed.replace_range(span.range(), with);
    }
    assert_eq!(fixed, RULE);
}

#[test]
fn tabs_of_any_width() {
    for indent in ["\t\t", "\t\t    ", "\t    "] {
        let text = RULE.replace("        User: 'SYSTEM'", &format!("        User: 'SYSTEM'\n{indent}Other: x"));
        let (source, stream, found) = read(&text);
        assert!(stream.problems.iter().all(|p| p.kind == ProblemKind::Tab), "{:?}", stream.problems);
        assert!(source.slice(stream.problems[0].span).bytes().all(|b| b == b'\t'));
        fix(&source, &stream.problems[0], &found);
        assert!(found.contains(&("detection/filter/User".into(), "SYSTEM".into())), "{found:?}");
        assert!(found.iter().any(|(path, text)| path.ends_with("/Other") && text == "x"), "{found:?}");
    }
}

#[test]
fn dashes() {
    let list = "        CommandLine|contains:";
    broken(list, "        - CommandLine|contains:", "- CommandLine|contains:", "among the keys", "dash", VALUES, "one");
    broken(
        list,
        "        - CommandLine|contains:",
        "- CommandLine|contains:",
        "among the keys",
        "dash",
        &format!("{FIELD}|endswith"),
        r"\sample.exe",
    );
    broken("    - attack.t1059", "    attack.t1059", "attack.t1059", "has no dash", "`- `", "tags/-", "attack.t1059");
    broken("            - 'two'", "            'two'", "'two'", "has no dash", "`- `", VALUES, "two");
}

#[test]
fn brackets() {
    let category = "    category: process_creation";
    broken(category, "    x: {a: b, c: d", "{", "never closed", "`}`", "logsource/x/c", "d");
    broken("    - attack.execution", "    - [a, b", "[", "never closed", "`]`", "tags/-/-", "b");
    broken("    - attack.execution", "    - [a,\n       b", "[", "never closed", "`]`", "tags/-/-", "b");
}

#[test]
fn merge_conflicts() {
    let condition = "    condition: selection and not filter";
    let with = format!("<<<<<<< HEAD\n    falsepositives: a\n=======\n{condition}\n>>>>>>> branch");
    broken(
        condition,
        &with,
        "<<<<<<< HEAD",
        "merge conflict",
        "one side",
        "detection/condition",
        "selection and not filter",
    );
}

#[test]
fn several_errors_in_several_documents() {
    let one = RULE.replace("'one'", "%x%").replace("level: medium", "level medium");
    let two = RULE.replace("'two'", "'two").replace("    product", "     product");
    let (source, stream, found) = read(&format!("{one}---\n{RULE}---\n{two}"));
    let shown: Vec<_> = stream.problems.iter().map(|p| source.slice(p.span)).collect();
    assert_eq!(shown, ["%x%", "level medium", "product: windows", "'two"]);
    assert_eq!(stream.documents.len(), 3);
    assert_eq!(found.len(), 3 * read(RULE).2.len());
    assert_eq!(found[..found.len() / 3].iter().filter(|(_, text)| text == "%x%").count(), 1);
}

#[test]
fn a_hopeless_document_leaves_the_others() {
    let junk = "]]]\n}}: [\n\"\n: : :\n- - }\n%%%\n";
    let (_, stream, found) = read(&format!("{RULE}---\n{}---\n{RULE}", junk.repeat(20)));
    let good = read(RULE).2;
    assert!(found.starts_with(&good) && found.ends_with(&good));
    assert!(!stream.problems.is_empty() && stream.problems.len() < 20);
    assert_eq!(stream.recovered.map(|text| text.len()), Some(RULE.len() * 2 + 8 + junk.len() * 20));
}

#[test]
fn children_of_a_lost_line_are_no_news() {
    let (source, stream, _) = read(&RULE.replace("    selection:", "    }{ ][:"));
    let shown: Vec<_> = stream.problems.iter().map(|p| source.slice(p.span)).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
}

fn sound(source: &Source, node: &Node) {
    let inside = |span: Span| {
        let text = source.text();
        span.start <= span.end && text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize)
    };
    assert!(inside(node.span) && node.alias.is_none_or(inside) && node.anchor.is_none_or(inside), "{node:?}");
    match &node.value {
        Value::Scalar(scalar) => {
            let map = yaml::OffsetMap::new(source, node);
            let bounds: Vec<_> = scalar.text.char_indices().map(|(at, _)| at).chain([scalar.text.len()]).collect();
            assert!(bounds.windows(2).all(|pair| inside(map.span(pair[0]..pair[1]))), "{node:?}");
            assert!(inside(map.span(0..scalar.text.len())) && inside(map.span(0..0)), "{node:?}");
        }
        Value::Sequence(list) => list.items.iter().for_each(|item| sound(source, item)),
        Value::Mapping(map) => map.entries.iter().for_each(|entry| {
            sound(source, &entry.key);
            sound(source, &entry.value);
            if let Value::Scalar(key) = &entry.key.value
                && key.style == Style::Plain
                && !entry.inherited
                && !key.text.contains(' ')
            {
                assert_eq!(source.slice(entry.key.span), &*key.text);
            }
        }),
    }
}

/// What must hold for any text.
fn holds(text: &str) {
    let source = Source::from(text);
    let stream = yaml::parse(&source);
    for tree in &stream.documents {
        tree.root.iter().for_each(|root| sound(&source, root));
        assert!(source.text().get(tree.span.range()).is_some());
    }
    for problem in &stream.problems {
        assert!(source.text().get(problem.span.range()).is_some(), "{problem:?}");
        assert!(problem.fix.as_ref().is_none_or(|(span, _)| source.text().get(span.range()).is_some()), "{problem:?}");
        assert!(problem.related.as_ref().is_none_or(|(span, _)| source.text().get(span.range()).is_some()));
    }
    for comment in &stream.comments {
        assert!(source.slice(comment.span).starts_with('#'), "{comment:?}");
    }
    assert!(stream.recovered.is_none_or(|recovered| recovered.len() == text.len()));
}

/// Cuts and changes `text` at every `step`th byte.
fn torture(text: &str, step: usize) {
    let pieces = [
        "'", "\"", "[", "{", "]", ":", ": ", "#", "- ", "\t", "\n", "\r\n", "*", "&a ", "!", "|", "é", "😀",
        "\u{feff}", "\\", "<<: *a",
    ];
    let bounds = (0..text.len()).step_by(step).filter(|&at| text.is_char_boundary(at));
    for (count, at) in bounds.enumerate() {
        holds(&text[..at]);
        holds(&text[at..]);
        let piece = pieces[count % pieces.len()];
        holds(&format!("{}{piece}{}", &text[..at], &text[at..]));
        let next = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        holds(&format!("{}{piece}{}", &text[..at], &text[next..]));
    }
}

#[test]
fn nothing_breaks_it() {
    let rule = RULE
        .replace("A rule to break", "|\n    日本 😀\n\n    text # no comment\n")
        .replace("'one'", "&a \"\\u00e4\\\n                x\"");
    for text in [
        rule.clone(),
        rule.replace('\n', "\r\n"),
        rule.replace('\n', "\r"),
        format!("\u{feff}{rule}"),
        rule.replace("    ", "\t"),
    ] {
        torture(&text, 1);
    }
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn nothing_breaks_it_on_the_corpora() {
    let root = std::env::var("SIGWISE_SHARED").unwrap();
    let mut folders = vec![std::path::PathBuf::from(&root).join("corpora"), std::path::PathBuf::from(root).join("prs")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                count += 1;
                holds(&text);
                torture(&text, if text.len() > 20_000 { 4096 } else { 199 });
            }
        }
    }
    assert!(count > 5_000, "{count}");
}

#[test]
fn hostile_files_end_soon() {
    let wide = 1 << 20;
    let files = [
        "[".repeat(wide),
        "{".repeat(wide),
        "[".repeat(5000) + &"]".repeat(5000),
        (0..2000).map(|depth| " ".repeat(depth) + "a:\n").collect(),
        "- ".repeat(5000),
        format!("a: {}x{}", "(".repeat(20_000), ")".repeat(20_000)),
        (0..20_000).map(|i| format!("k{i}: %x\n")).collect(),
        (0..20_000).map(|i| format!("---\nk{i}: \"a\n")).collect(),
        (0..20_000).map(|i| " ".repeat(i * 7919 % 13) + "k: v\n").collect(),
        "\ta: b\n".repeat(wide / 6),
        "a: 'b\n".repeat(wide / 6),
        "a: b\n".repeat(wide / 5),
        "\0".repeat(wide),
        "- *x\n".repeat(wide / 5),
        "<<<<<<< a\n=======\n".repeat(wide / 18),
        "---\n".repeat(wide / 4),
        format!("- {}{}{}\n", "&a [".repeat(60), "x,".repeat(500), "]".repeat(60)).repeat(200),
        "\n".repeat(wide),
        "# c\n".repeat(wide / 4),
        ": ".repeat(wide / 2),
        "? ".repeat(wide / 2),
    ];
    // A small stack, as in a thread of a server: recursion must not go deep.
    let run = move || {
        for text in files {
            let start = Instant::now();
            let stream = yaml::parse(&Source::from(text.as_str()));
            assert!(stream.problems.len() <= yaml::MAX_PROBLEMS);
            drop(stream);
            let time = start.elapsed();
            assert!(time < Duration::from_secs(5), "{time:?} for {:?}", &text[..20]);
        }
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(run).unwrap().join().unwrap();
}
