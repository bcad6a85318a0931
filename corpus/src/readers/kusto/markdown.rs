//! Markdown with queries in it: FalconFriday's pages and others like them.

/// A query of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) query: String,
    /// The heading that it stands under, where that is not the title of the page.
    pub(super) heading: String,
    /// Techniques that are named since the query before, or in its comments.
    pub(super) techniques: Vec<String>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) id: String,
    pub(super) author: String,
    pub(super) licence: String,
    /// Dates of its versions, `YYYY-MM-DD`, the first and the last.
    pub(super) dates: Option<(String, String)>,
    /// Techniques that hold for the whole page.
    pub(super) techniques: Vec<String>,
    /// Tables and the events in them, from the table of data sources.
    pub(super) sources: Vec<(String, String)>,
    pub(super) blocks: Vec<Block>,
}

/// Languages of fenced blocks that are no Kusto. FalconFriday says `C#`, for the colours.
const OTHERS: [&str; 24] = [
    "powershell",
    "ps1",
    "ps",
    "pwsh",
    "bash",
    "sh",
    "shell",
    "console",
    "cmd",
    "batch",
    "json",
    "yaml",
    "yml",
    "xml",
    "python",
    "py",
    "spl",
    "splunk",
    "eql",
    "html",
    "javascript",
    "js",
    "mermaid",
    "toml",
];

/// Reads a page.
pub(super) fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading = String::new();
    // The columns of the table at hand.
    let mut header: Vec<String> = Vec::new();
    let mut near: Vec<String> = Vec::new();
    let mut outside = Paragraph::default();
    let mut lines = text.lines();
    // A block that begins within another one, which somebody forgot to end.
    let mut within = None;
    while let Some(line) = within.take().or_else(|| lines.next()) {
        let line = line.trim();
        if let Some(fence) = fence(line) {
            page.blocks.extend(outside.end(&heading));
            let mut query = String::new();
            for inner in lines.by_ref() {
                let trimmed = inner.trim();
                if trimmed.starts_with(fence) {
                    let language = trimmed.trim_start_matches(['`', '~']).trim();
                    if ["kql", "kusto"].iter().any(|kusto| language.eq_ignore_ascii_case(kusto)) {
                        within = Some(inner);
                        break;
                    }
                    if language.is_empty() {
                        break;
                    }
                }
                query.push_str(inner);
                query.push('\n');
            }
            let language = line.trim_start_matches(['`', '~']).trim().to_ascii_lowercase();
            if !OTHERS.contains(&language.as_str()) {
                let mut techniques = std::mem::take(&mut near);
                let comments = query.lines().filter_map(|line| line.trim().strip_prefix("//"));
                comments.filter(|line| !line.contains("://")).for_each(|line| techniques_in(line, &mut techniques));
                page.blocks.push(Block { query, heading: heading.clone(), techniques });
            }
            continue;
        }
        page.blocks.extend(outside.line(line, &heading));
        if let Some(text) = heading_of(line) {
            if page.title.is_empty() {
                page.title = text.to_owned();
                techniques_in(text, &mut page.techniques);
            } else {
                techniques_in(text, &mut near);
                heading = text.to_owned();
            }
        } else if let Some(row) = line.strip_prefix('|') {
            let row: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            if header.is_empty() {
                header = row.iter().map(|name| name.to_ascii_lowercase()).collect();
            } else if !row.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':' | ' '))) {
                table_row(&header, &row, &mut page);
            }
            continue;
        } else if let Some((name, value)) = labelled(line) {
            match name.to_ascii_lowercase().as_str() {
                "id" => {
                    techniques_in(value, &mut page.techniques);
                    // A technique is nobody's own id.
                    if !page.techniques.iter().any(|technique| technique == value) {
                        page.id = value.to_owned();
                    }
                }
                "author" | "authors" => page.author = linked(value).to_owned(),
                "license" | "licence" => page.licence = linked(value).to_owned(),
                "technique" | "techniques" | "subtechnique" => techniques_in(value, &mut page.techniques),
                "last modified" => {
                    if let Some(day) = day(value) {
                        page.dates.get_or_insert((String::new(), day));
                    }
                }
                _ => {}
            }
        }
        header.clear();
    }
    page.blocks.extend(outside.end(&heading));
    page
}

/// Whether a file with this extension is a page.
pub(super) fn is_called(extension: Option<&str>) -> bool {
    matches!(extension, Some("md" | "markdown" | "me" | "mdown"))
}

/// Whether something is fenced.
pub(super) fn has_fence(text: &str) -> bool {
    text.lines().any(|line| fence(line.trim()).is_some())
}

/// Queries outside of fences: paragraphs with lines that begin with a stage, and what else of them stands behind empty lines.
#[derive(Default)]
struct Paragraph {
    text: String,
    /// An empty line was the last one.
    ended: bool,
}

impl Paragraph {
    /// One more line; the query that ended before it.
    fn line(&mut self, line: &str, heading: &str) -> Option<Block> {
        let line = line.trim_matches('`');
        let label = heading_of(line).is_some() || line.starts_with("**");
        let before = if label || (self.ended && !is_stage(line)) { self.end(heading) } else { None };
        self.ended = line.is_empty();
        if !label && !self.ended {
            self.text.push_str(line);
            self.text.push('\n');
        }
        before
    }

    fn end(&mut self, heading: &str) -> Option<Block> {
        let query = std::mem::take(&mut self.text);
        let heading = heading.to_owned();
        query.lines().any(is_stage).then(|| Block { query, heading, techniques: Vec::new() })
    }
}

/// Whether a line is a stage of a query and no row of a table.
fn is_stage(line: &str) -> bool {
    let Some(stage) = line.strip_prefix('|').filter(|_| !line.ends_with('|')) else { return false };
    let word = stage.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    ["where", "extend", "project", "summarize", "join", "union"].iter().any(|stage| word.eq_ignore_ascii_case(stage))
}

/// What a fence is made of, if the line is one that opens a block.
fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

fn heading_of(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with([' ', '\t'])).then(|| text.trim())
}

/// `**Name:** value`
fn labelled(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix("**")?.split_once("**")?;
    Some((name.trim().trim_end_matches(':').trim(), value.trim().trim_start_matches(':').trim()))
}

/// `text` of `[text](address)`
fn linked(text: &str) -> &str {
    text.strip_prefix('[').and_then(|rest| rest.split_once("](")).map_or(text, |(text, _)| text)
}

fn table_row(header: &[String], row: &[&str], page: &mut Page) {
    let cell = |wanted: &[&str]| {
        let at = header.iter().position(|name| wanted.contains(&name.as_str()))?;
        row.get(at).copied().filter(|cell| !cell.is_empty())
    };
    if let Some(technique) = cell(&["technique", "technique id", "technique(s)", "mitre technique"]) {
        let sub = cell(&["subtechnique", "sub-technique", "sub technique"]);
        match sub.filter(|sub| sub.len() == 3 && sub.bytes().all(|b| b.is_ascii_digit())) {
            Some(sub) => techniques_in(&format!("{technique}.{sub}"), &mut page.techniques),
            None => techniques_in(technique, &mut page.techniques),
        }
    }
    if let Some(table) = cell(&["table name", "table"]) {
        page.sources.push((table.to_owned(), cell(&["event id", "event"]).unwrap_or_default().to_owned()));
    } else if header.iter().any(|name| name == "log provider")
        && let Some(table) = cell(&["event name"])
    {
        page.sources.push((table.to_owned(), String::new()));
    }
    if header.iter().any(|name| name == "version")
        && let Some(day) = cell(&["date"]).and_then(day)
    {
        match &mut page.dates {
            Some((first, last)) => {
                if day < *first || first.is_empty() {
                    first.clone_from(&day);
                }
                if day > *last {
                    *last = day;
                }
            }
            none => *none = Some((day.clone(), day)),
        }
    }
}

/// A date as `YYYY-MM-DD`; the page may write it so or as day, month and year.
fn day(text: &str) -> Option<String> {
    let mut parts = text.split(['-', '/', '.']).map(str::trim);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    let digits = |s: &str, at_most: usize| !s.is_empty() && s.len() <= at_most && s.bytes().all(|b| b.is_ascii_digit());
    let right = year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2);
    right.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// Adds every ATT&CK id in a text.
pub(super) fn techniques_in(text: &str, to: &mut Vec<String>) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    for word in words {
        let word = word.trim_matches('.');
        let Some(digits) = word.strip_prefix(['T', 't']) else { continue };
        let (technique, sub) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
        let numeric = |s: &str, length: usize| s.len() == length && s.bytes().all(|b| b.is_ascii_digit());
        if numeric(technique, 4) && sub.is_none_or(|sub| numeric(sub, 3)) {
            let id = word.to_ascii_uppercase();
            if !to.contains(&id) {
                to.push(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# A title

## Metadata
**ID:** my-0001

**Author:** [Somebody](https://example.org/)

| Tactic | Technique | Subtechnique | Technique Name |
|---|---|---| --- |
| TA0005 - Defense Evasion | T1036 | 005 | Masquerading |
| TA0005 - Defense Evasion | T1218 |  | Proxy |

| Log Provider | Table Name | Event ID | Event Name |
|---------|---------|---------|----------|
|Mdx|DeviceEvents|NamedPipeEvent||

```C#
DeviceEvents
| where a == \"b\"
```
```powershell
Get-Process
```
## Another (T1059.001)
~~~kql
// T1003
DeviceFileEvents
~~~

| Version | Date | Impact |
|---|---|---|
| 1.1 | 2024-03-01 | minor |
| 1.0 | 2023-02-16 | major |
";

    #[test]
    fn a_page() {
        let page = read(PAGE);
        assert_eq!((page.title.as_str(), page.id.as_str(), page.author.as_str()), ("A title", "my-0001", "Somebody"));
        assert_eq!(page.techniques, ["T1036.005", "T1218"]);
        assert_eq!(page.sources, [("DeviceEvents".into(), "NamedPipeEvent".into())]);
        assert_eq!(page.dates, Some(("2023-02-16".into(), "2024-03-01".into())));
        let blocks: Vec<_> = page.blocks.iter().map(|b| (b.heading.as_str(), b.techniques.join(","))).collect();
        assert_eq!(blocks, [("Metadata", String::new()), ("Another (T1059.001)", "T1059.001,T1003".into())]);
        assert_eq!(page.blocks[0].query, "DeviceEvents\n| where a == \"b\"\n");
    }

    #[test]
    fn a_block_that_is_not_ended() {
        let page = read("```KQL\nT\n'''\n## B\n```KQL\nU\n```\n");
        let queries: Vec<_> = page.blocks.iter().map(|block| block.query.as_str()).collect();
        assert_eq!(queries, ["T\n'''\n## B\n", "U\n"]);
    }

    #[test]
    fn queries_without_fences() {
        let page = "# A\n\nSome words.\n\n| a | where |\n|---|---|\n\n## B\n**Kusto:**\n`T\n| where a == 1\n\n| where b == \
                    2`\nMore\n\nwords\n```\nV\n```\nlet x = 1;\nU\n| extend c = x\n";
        let blocks: Vec<_> = read(page).blocks.into_iter().map(|block| (block.heading, block.query)).collect();
        let expected = ["T\n| where a == 1\n| where b == 2\nMore\n", "V\n", "let x = 1;\nU\n| extend c = x\n"];
        assert_eq!(blocks, expected.map(|query| ("B".to_owned(), query.to_owned())));
        assert!(has_fence(PAGE) && !has_fence("a ``` b") && is_called(Some("md")));
    }

    #[test]
    fn a_technique_is_no_id() {
        let page = read("# A\n**ID:** T1003.001\n");
        assert_eq!((page.id.as_str(), page.techniques.as_slice()), ("", &["T1003.001".to_owned()][..]));
    }

    #[test]
    fn ids_and_days() {
        let mut ids = Vec::new();
        techniques_in("T1003.003, (t1552), T12, XT1003, T1003.03 and T1552.", &mut ids);
        assert_eq!(ids, ["T1003.003", "T1552"]);
        assert_eq!(day("9/10/2020").as_deref(), Some("2020-10-09"));
        assert_eq!(day("soon"), None);
    }
}
