//! Texts as the client of a language server has them: positions and edits, counted independently of the server.

use serde_json::Value;

/// Applies LSP edits to a text that counts columns like this; they are those of the text before all of them.
pub fn apply(text: &str, edits: &[Value], encoding: &str) -> String {
    let mut spans: Vec<_> = edits
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            let span = offset(text, &range["start"], encoding)..offset(text, &range["end"], encoding);
            (span, edit["newText"].as_str().unwrap_or_default())
        })
        .collect();
    spans.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::new();
    let mut at = 0;
    for (span, new) in spans {
        out.push_str(&text[at..span.start]);
        out.push_str(new);
        at = span.end;
    }
    out + &text[at..]
}

/// The byte offset of a position, found by counting: independent of how the server does it.
pub fn offset(text: &str, position: &Value, encoding: &str) -> usize {
    let (line, column) = (position["line"].as_u64().unwrap_or(0), position["character"].as_u64().unwrap_or(0));
    let mut at = 0;
    for _ in 0..line {
        match text[at..].find(['\n', '\r']) {
            Some(end) => at += end + if text[at + end..].starts_with("\r\n") { 2 } else { 1 },
            None => return text.len(),
        }
    }
    let mut counted = 0;
    for c in text[at..].chars() {
        counted += if encoding == "utf-8" { c.len_utf8() } else { c.len_utf16() } as u64;
        // Within a character means its start.
        if counted > column || c == '\n' || c == '\r' {
            break;
        }
        at += c.len_utf8();
    }
    at
}
