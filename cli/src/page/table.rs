//! Tables that fit a terminal: numbers keep their width, one column takes what is left, and where little is left the least
//! important columns go.

use sigwise_corpus::view::printable;
use unicode_width::UnicodeWidthStr as _;

/// What a column needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Its whole width, to the right.
    Number,
    /// Its whole width.
    Whole,
    /// Its width, up to so many columns; shrinks, and then goes, where the rest would have too little.
    Some(usize),
    /// What is left, and at least [`LEAST`] columns.
    Rest,
}

/// A column: its name, and what it needs.
pub(crate) type Column = (&'static str, Need);

/// So many columns of the terminal are left for [`Need::Rest`].
const LEAST: usize = 32;

/// Less than so many columns are no use to [`Need::Some`].
const USEFUL: usize = 14;

/// What stands between columns.
const GAP: usize = 2;

/// The lines of a table no wider than `width`, the first with the names of the columns. Empty columns are left out.
pub(crate) fn table(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<String> {
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    let cell = |row: &'_ [_], i: usize| row.get(i).map_or(0, |cell: &std::borrow::Cow<'_, str>| cell.width());
    let mut shown: Vec<(usize, Column, usize)> = Vec::new();
    for (i, &(name, need)) in columns.iter().enumerate() {
        let content = rows.iter().map(|row| cell(row, i)).max().unwrap_or_default();
        let wide = content.max(name.width());
        let wide = if let Need::Some(most) = need { wide.min(most) } else { wide };
        if content > 0 {
            shown.push((i, (name, need), wide));
        }
    }
    fit(&mut shown, width);
    let line = |cells: &dyn Fn(usize, &'static str) -> String| {
        let cells: Vec<_> = shown.iter().map(|&(i, (name, need), wide)| aligned(&cells(i, name), need, wide)).collect();
        cells.join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    let mut out = vec![line(&|_, name| name.to_uppercase())];
    for row in &rows {
        out.push(line(&|i, _| row.get(i).map_or_else(String::new, ToString::to_string)));
    }
    out
}

/// Makes the columns fit: shrinks those that can, the last first, and leaves them out where too little is left of them.
fn fit(shown: &mut Vec<(usize, Column, usize)>, width: usize) {
    loop {
        let rest = shown.iter().position(|(_, (_, need), _)| *need == Need::Rest);
        let gaps = GAP * shown.len().saturating_sub(1);
        let others = shown.iter().enumerate().filter(|(at, _)| Some(*at) != rest).map(|(_, column)| column.2);
        let left = width.saturating_sub(others.sum::<usize>() + gaps);
        let wanted = rest.and_then(|at| shown.get(at)).map_or(0, |column| column.2);
        let expendable = shown.iter().rposition(|(_, (_, need), _)| matches!(need, Need::Some(_)));
        let lack = LEAST.min(wanted).saturating_sub(left);
        match expendable.and_then(|at| Some((at, shown.get_mut(at)?))) {
            Some((_, column)) if lack > 0 && column.2 >= lack + USEFUL => column.2 -= lack,
            Some((at, _)) if lack > 0 => {
                shown.remove(at);
            }
            _ => {
                if let Some(column) = rest.and_then(|at| shown.get_mut(at)) {
                    column.2 = wanted.min(left.max(1));
                }
                return;
            }
        }
    }
}

fn aligned(text: &str, need: Need, wide: usize) -> String {
    let text = cut(text, wide);
    let blanks = " ".repeat(wide.saturating_sub(text.width()));
    if need == Need::Number { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

/// The text, or as much of it as fits with an ellipsis at its end.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        // The ellipsis needs a column.
        if out.width() >= width {
            out.pop();
            break;
        }
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] =
        [("rules", Need::Number), ("field", Need::Some(12)), ("what", Need::Rest), ("vendors", Need::Some(20))];

    fn rows() -> Vec<Vec<String>> {
        [["7", "Image", "name", "sigma"], ["12", "網路連線的目的地名稱", "値が長い値が長い値が長い", "elastic"]]
            .iter()
            .map(|row| row.map(str::to_owned).to_vec())
            .collect()
    }

    #[test]
    fn columns_line_up_whatever_the_characters() {
        let wide = table(&COLUMNS, &rows(), 200);
        assert_eq!(wide[0], "RULES  FIELD         WHAT                      VENDORS");
        assert_eq!(wide[1], "    7  Image         name                      sigma");
        assert_eq!(wide[2], "   12  網路連線的…   値が長い値が長い値が長い  elastic");
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for width in 8..80 {
            for line in table(&COLUMNS, &rows(), width) {
                assert!(line.width() <= width, "{width}: {line:?}");
            }
        }
        // The least important column goes first.
        let narrow = table(&COLUMNS, &rows(), 46);
        assert_eq!(narrow[0], "RULES  FIELD         WHAT");
    }

    #[test]
    fn what_steers_is_shown() {
        assert!(table(&COLUMNS, &[vec!["1".into(), "a\u{1b}[2J".into()]], 80)[1].contains('␛'));
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("あいう", 4), "あ…");
        assert_eq!(cut("あいう", 1), "…");
    }
}
