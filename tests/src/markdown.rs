//! Fenced blocks of a Markdown text, with the heading that they stand under.

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands behind the opening fence, such as `yaml` or `yaml fixed`.
    pub info: String,
    /// The nearest heading above, without `#`.
    pub heading: String,
    /// The text between the fences.
    pub text: String,
    /// 1-based line of the opening fence.
    pub line: usize,
}

/// All fenced blocks, in order.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut heading = String::new();
    let mut open: Option<Block> = None;
    for (number, line) in markdown.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let block = Block {
                    info: info.trim().to_owned(),
                    heading: heading.clone(),
                    text: String::new(),
                    line: number + 1,
                };
                open = Some(block);
            }
            (None, None) => {
                if line.starts_with('#') {
                    heading = line.trim_start_matches('#').trim().to_owned();
                }
            }
            (Some(_), Some(_)) => out.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    out
}
