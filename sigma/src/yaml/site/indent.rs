//! Edits of indentation: levels, dashes, tabs.

use super::super::fault::Fault;
use super::super::line::Line;
use super::super::mended::Edit;
use super::super::tabs;
use super::{Candidate, MAX_EDITS, Site};
use crate::source::Span;

const TOP_KEYS: [&str; 14] = [
    "title",
    "id",
    "related",
    "status",
    "description",
    "references",
    "author",
    "date",
    "modified",
    "tags",
    "logsource",
    "detection",
    "falsepositives",
    "level",
];

impl Site<'_> {
    /// A dash too many among keys, or one too few among the items of a list.
    pub(super) fn dash(&self, all: &mut Vec<Candidate>) {
        if !matches!(self.failure.fault, Fault::Indent | Fault::Key) {
            return;
        }
        let line = &self.line;
        let above = std::iter::successors(self.line_above(line), |line| self.line_above(line)).take(64);
        let Some(sibling) = above.into_iter().find(|above| above.depth() <= line.depth()) else { return };
        if sibling.depth() != line.depth() || sibling.item == line.item {
            return;
        }
        let start = line.content.start;
        let (dash, with, message, help) = if line.item {
            let help = "give every key around it a dash, or take this one away";
            (Span { start, end: line.body.start }, "", "an item of a list among the keys of a map", help)
        } else {
            (
                Span { start, end: start },
                "- ",
                "this stands among the items of a list, but has no dash",
                "put `- ` before it",
            )
        };
        let mut problem = self.problem(line.content, message, Some(help.to_owned()));
        problem.related = Some((sibling.content, "its neighbour".to_owned()));
        all.push(Candidate::new(vec![Edit::replace(dash, with)], problem));
    }

    /// The line, with what stands below it, at the level of a line near it.
    pub(super) fn indent(&self, all: &mut Vec<Candidate>) {
        if !matches!(self.failure.fault, Fault::Indent | Fault::Key | Fault::Colon)
            || self.slice(self.line.indent).contains('\t')
        {
            return;
        }
        let line = &self.line;
        let old = line.depth();
        let above: Vec<Line> =
            std::iter::successors(self.line_above(line), |line| self.line_above(line)).take(64).collect();
        // The levels that are open above, and the one below.
        let mut levels: Vec<usize> = self.line_below(line).iter().map(Line::depth).collect();
        let mut least = usize::MAX;
        for depth in above.iter().map(Line::depth) {
            if depth < least {
                least = depth;
                levels.push(depth);
            }
        }
        levels.retain(|&level| level != old);
        let top = line.key.is_some_and(|key| TOP_KEYS.contains(&self.slice(key)));
        // The nearest level; of two the deeper, unless the key belongs to the top.
        levels.sort_by_key(|&level| (level.abs_diff(old), if top { level } else { usize::MAX - level }));
        levels.dedup();
        // Or the line is right, and the one above that it should be level with is not.
        let neighbour = above.iter().find(|line| line.depth() < old).filter(|line| line.depth() + 4 > old);
        let mut moves: Vec<(&Line, usize, Option<&Line>)> = Vec::new();
        moves.extend(levels.iter().take(4).map(|&level| (line, level, above.first())));
        moves.extend(neighbour.map(|neighbour| (neighbour, old, Some(line))));
        moves.sort_by_key(|(line, level, _)| line.depth().abs_diff(*level));
        for (line, level, related) in moves {
            let depth = line.depth();
            let edits = self.shift(line, level);
            let message = format!("this line is indented by {depth} and fits no level around it");
            let mut problem = self.problem(line.content, message, Some(format!("indent it by {level}")));
            problem.related = related.map(|line| (line.content, format!("indented by {}", line.depth())));
            if let [edit] = &edits[..] {
                problem.fix = Some((edit.span, edit.with.clone()));
            }
            all.push(Candidate::new(edits, problem));
        }
    }

    /// A line at another level, with what stands below it.
    fn shift(&self, line: &Line, level: usize) -> Vec<Edit> {
        let old = line.depth();
        let mut edits = vec![Edit::replace(line.indent, " ".repeat(level))];
        let mut below = self.line_below(line);
        while let Some(child) = below.filter(|child| child.depth() > old.max(level) && edits.len() < 200) {
            edits.push(Edit::replace(child.indent, " ".repeat((child.depth() + level).saturating_sub(old))));
            below = self.line_below(&child);
        }
        edits
    }

    /// Blanks for every tab of the indentation, in the whole file.
    pub(super) fn untab(&self, all: &mut Vec<Candidate>) {
        for edits in tabs::expansions(self.text, MAX_EDITS) {
            all.push(Candidate { edits, problem: None });
        }
    }
}
