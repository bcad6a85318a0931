//! Colours, and the words that sigwise uses for severities.

use std::io::{self, Write};

use clap::builder::styling::{AnsiColor, Reset, Style};
use codespan_reporting::diagnostic::{LabelStyle, Severity as Level};
use codespan_reporting::term::WriteStyle;
use sigwise_lint::Severity;

/// The colour of a severity.
pub(crate) fn severity_style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::BrightYellow,
        Severity::Info => AnsiColor::BrightGreen,
        Severity::Hint => AnsiColor::BrightCyan,
    };
    color.on_default().bold()
}

/// Lets codespan write in colour or plainly, and puts our word for the severity in place of its own (it knows no `info`
/// and no `hint`).
pub(super) struct Styled<'a> {
    out: &'a mut dyn Write,
    severity: Severity,
    color: bool,
    /// The next write is codespan's word for the severity.
    at_severity: bool,
}

impl<'a> Styled<'a> {
    pub(super) fn new(out: &'a mut dyn Write, severity: Severity, color: bool) -> Self {
        Self { out, severity, color, at_severity: false }
    }

    fn set(&mut self, style: Style) -> io::Result<()> {
        if self.color { write!(self.out, "{Reset}{style}") } else { Ok(()) }
    }
}

impl Write for Styled<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.at_severity) {
            self.out.write_all(self.severity.word().as_bytes())?;
            return Ok(bytes.len());
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl WriteStyle for Styled<'_> {
    fn set_header(&mut self, _: Level) -> io::Result<()> {
        self.at_severity = true;
        self.set(severity_style(self.severity))
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.set(Style::new().bold())
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.set(AnsiColor::Blue.on_default())
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.set(AnsiColor::Blue.on_default())
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.set(AnsiColor::Blue.on_default())
    }

    fn set_label(&mut self, _: Level, style: LabelStyle) -> io::Result<()> {
        match style {
            LabelStyle::Primary => self.set(severity_style(self.severity)),
            LabelStyle::Secondary => self.set(AnsiColor::Blue.on_default()),
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        if self.color { write!(self.out, "{Reset}") } else { Ok(()) }
    }
}
