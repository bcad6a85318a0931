use super::*;

/// The tree in prefix form, and the errors with the text that they point at.
fn read(text: &str) -> String {
    read_as(text, Grammar::Selections)
}

fn read_as(text: &str, grammar: Grammar) -> String {
    let condition = Condition::parse_as(text, grammar);
    for token in &condition.tokens {
        assert_eq!(&text[token.span.range()], &*token.text);
    }
    let mut out = condition.expr.as_ref().map_or("-".to_owned(), show);
    for error in &condition.errors {
        out.push_str(&format!(" !{:?} {}", error.kind, &text[error.span.range()]));
    }
    out
}

fn show(expr: &Expr) -> String {
    let list =
        |name: &str, operands: &[Expr]| format!("({name} {})", operands.iter().map(show).collect::<Vec<_>>().join(" "));
    match expr {
        Expr::And(operands) => list("and", operands),
        Expr::Or(operands) => list("or", operands),
        Expr::Not(_, inner) => format!("(not {})", show(inner)),
        Expr::Name(name) => name.text.to_string(),
        Expr::Of { quantifier, pattern, .. } => format!("{quantifier:?}<{}>", pattern.text),
    }
}

#[test]
fn precedence_and_chains() {
    for (text, expected) in [
        ("selection", "selection"),
        ("a and b and c", "(and a b c)"),
        ("a or b and c", "(or a (and b c))"),
        ("a and b or c and d", "(or (and a b) (and c d))"),
        ("not a and b", "(and (not a) b)"),
        ("not not a", "(not (not a))"),
        ("not (a or b) and c", "(and (not (or a b)) c)"),
        ("a and (b and c)", "(and a (and b c))"),
        ("((a))", "a"),
        ("1 of sel_*", "Any<sel_*>"),
        ("any of them and not all of f*", "(and Any<them> (not All<f*>))"),
        ("1 of *_x_* or all of them", "(or Any<*_x_*> All<them>)"),
        ("1 of selection", "Any<selection>"),
        ("a\n  and\r\n\tb", "(and a b)"),
        ("sel-1 and 2sel", "(and sel-1 2sel)"),
        // Whole words only are operators, and words of the grammar may be names where they mean nothing else.
        ("notsel and notepad or order", "(or (and notsel notepad) order)"),
        ("not-a and and-b", "(and not-a and-b)"),
        ("all and any and 1", "(and all any 1)"),
        ("them or of", "(or them of)"),
        ("NOT", "NOT"),
        ("AND and OR", "(and AND OR)"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn errors_and_recovery() {
    for (text, expected) in [
        ("", "- !Empty "),
        (" \n", "- !Empty  \n"),
        ("a and", "a !ExpectedOperand and"),
        ("and", "- !ExpectedOperand and"),
        ("and a", "a !ExpectedOperand and"),
        ("a and or b", "(or a b) !ExpectedOperand or"),
        ("a or and b", "(or a b) !ExpectedOperand and"),
        ("not", "- !ExpectedOperand not"),
        ("a and not", "a !ExpectedOperand not"),
        ("a b", "(and a b) !ExpectedOperator b"),
        ("a (b or c)", "(and a (or b c)) !ExpectedOperator ("),
        ("(a or b", "(or a b) !Unclosed ("),
        ("a) and b", "(and a b) !Unopened )"),
        (")", "- !Unopened ) !ExpectedOperand )"),
        ("()", "- !ExpectedOperand )"),
        ("a and ()", "a !ExpectedOperand )"),
        ("1 of", "- !ExpectedPattern of"),
        ("1 of and a", "a !ExpectedPattern of"),
        ("1 of (a) or b", "(or a b) !ExpectedPattern of"),
        ("all sel_* and a", "(and All<sel_*> a) !ExpectedOf all"),
        ("1 them", "Any<them> !ExpectedOf 1"),
        ("a and filter_*", "(and a Any<filter_*>) !ExpectedQuantifier filter_*"),
        ("2 of sel*", "Count(2)<sel*> !UnsupportedCount 2"),
        ("1 of sel-* or a", "(or Any<sel-*> a) !DashInPattern sel-*"),
        ("99999999999 of them", "Count(4294967295)<them> !UnsupportedCount 99999999999"),
        ("a AND b", "(and a b) !Uppercase AND"),
        ("a Or NOT b", "(or a (not b)) !Uppercase Or !Uppercase NOT"),
        ("NOT (a)", "(not a) !Uppercase NOT"),
        ("ALL OF THEM", "All<THEM> !Uppercase ALL !Uppercase OF !Uppercase THEM"),
        ("a NOT b", "(and a (not b)) !ExpectedOperator NOT !Uppercase NOT"),
        ("AND a", "a !ExpectedOperand AND !Uppercase AND"),
        ("a && b || !c", "(or (and a b) (not c)) !UnknownCharacter && !UnknownCharacter || !UnknownCharacter !"),
        ("a , b", "(and a b) !UnknownCharacter ,"),
        ("a and é b", "(and a b) !UnknownCharacter é"),
        ("sel.1", "(and sel 1) !UnknownCharacter ."),
        ("a | count() by b > 5 ", "a !Aggregation | count() by b > 5"),
        ("a and | count()", "a !Aggregation | count()"),
        ("| near b", "- !Aggregation | near b"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn names_of_rules() {
    let read = |text| read_as(text, Grammar::Rules);
    assert_eq!(read("a_1 and not (b or all)"), "(and a_1 (not (or b all)))");
    assert_eq!(read("1 of a"), "(and 1 of a) !UnknownCharacter 1 !ExpectedOperator of !ExpectedOperator a");
    assert_eq!(read("a-b or c"), "(or a-b c) !UnknownCharacter a-b");
}

#[test]
fn depth_is_limited() {
    let deep = |count: usize| format!("{}a{}", "(".repeat(count), ")".repeat(count));
    assert!(Condition::parse(&deep(MAX_DEPTH)).errors.is_empty());
    for text in [deep(MAX_DEPTH + 1), deep(20_000), "not ".repeat(20_000), "(not ".repeat(20_000), "(".repeat(20_000)] {
        let kinds: Vec<_> = Condition::parse(&text).errors.iter().map(|error| error.kind).collect();
        assert_eq!(kinds, [ErrorKind::TooDeep]);
    }
    assert_eq!(Condition::parse(&")".repeat(20_000)).errors.len(), MAX_ERRORS);
    assert_eq!(Condition::parse(&"a ".repeat(20_000)).errors.len(), MAX_ERRORS);
}

#[test]
fn patterns_select() {
    for (pattern, name, expected) in [
        ("them", "a", true),
        ("them", "_a", false),
        ("*", "_a", false),
        ("_*", "_a", true),
        ("sel*", "selection", true),
        ("sel*", "sel", true),
        ("sel*", "asel", false),
        ("*_main_*", "filter_main_x", true),
        ("*a*b", "aab", true),
        ("*a*b", "aba", false),
        ("a*a", "a", false),
        ("Sel*", "sel", false),
        ("sel", "sel", true),
        ("sel", "sel1", false),
    ] {
        assert_eq!(selects(pattern, name), expected, "{pattern} {name}");
    }
    assert!(!selects(&"*a".repeat(50), &"b".repeat(100_000)));
}

#[test]
fn references_know_their_polarity() {
    let condition = Condition::parse("a and not (b or not 1 of c_*)");
    let found: Vec<_> = condition.references().iter().map(|r| (r.name.as_str(), r.negated, r.quantifier)).collect();
    assert_eq!(found, [("a", false, None), ("b", true, None), ("c_*", false, Some(Quantifier::Any))]);
    assert!(condition.references()[2].selects("c_1"));
    assert!(!condition.references()[0].selects("aa"));
}

#[test]
fn spans_are_balanced() {
    let text = "(a or b) and not ((c) or d)";
    let condition = Condition::parse(text);
    let mut found = Vec::new();
    condition.expr.as_ref().unwrap().walk(&mut |expr, _| found.push(&text[condition.span_of(expr).range()]));
    assert_eq!(found, [text, "a or b", "a", "b", "not ((c) or d)", "(c) or d", "c", "d"]);
}

/// Whatever stands there: no panic, tokens cover what they say, a tree wherever there is a name, spans within bounds.
#[test]
fn nonsense_is_read_too() {
    let words = [
        "a",
        "sel_*",
        "them",
        "and",
        "or",
        "not",
        "of",
        "1",
        "all",
        "(",
        ")",
        "|",
        "||",
        "&",
        "!",
        "é",
        "\u{1f980}",
        "AND",
        "NOT",
        "2",
        "-",
        "\n",
        ",",
    ];
    let mut seed = 1u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        loop {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = (seed >> 33) as usize;
            if number.is_multiple_of(9) {
                break;
            }
            text.push_str(words[number % words.len()]);
            text.push_str(if number.is_multiple_of(5) { "" } else { " " });
        }
        let condition = Condition::parse(&text);
        for token in &condition.tokens {
            assert_eq!(&text[token.span.range()], &*token.text, "{text:?}");
        }
        assert!(condition.errors.iter().all(|error| text.get(error.span.range()).is_some()), "{text:?}");
        assert!(condition.errors.is_sorted_by_key(|error| error.span.start), "{text:?}");
        let expr = condition.expr.as_ref();
        assert!(expr.is_some() || !condition.errors.is_empty(), "{text:?}");
        let names = condition
            .tokens
            .iter()
            .filter(|t| matches!(t.kind, TokenKind::Name | TokenKind::Pattern | TokenKind::Them));
        assert_eq!(names.count(), condition.references().len(), "{text:?}");
        if let Some(expr) = expr {
            expr.walk(&mut |expr, _| {
                let slice = &text[condition.span_of(expr).range()];
                assert!(
                    !condition.errors.is_empty() || slice.matches('(').count() == slice.matches(')').count(),
                    "{text:?}"
                );
                assert!(!matches!(expr, Expr::And(operands) | Expr::Or(operands) if operands.len() < 2));
            });
        }
    }
}
