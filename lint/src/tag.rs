//! Tags as checks see them: namespace and name with their places, what they stand for, and edits of the list.

use sigwise_corpus::attack::{Attack, Retired, RetiredTactic, Tactic, Technique, is_technique_id};
use sigwise_sigma::yaml::{Node, Sequence, Value};
use sigwise_sigma::{Source, Span};

use crate::diagnostic::{Edit, Fix};
use crate::edit;
use crate::nearest::nearest;
use crate::rule::RuleDocument;

/// The namespaces of the specification's appendix.
pub const NAMESPACES: [&str; 7] = ["attack", "car", "cve", "d3fend", "detection", "stp", "tlp"];

/// The values of `detection.`
pub const DETECTION: [&str; 3] = ["dfir", "emerging-threats", "threat-hunting"];

/// The values of `tlp.`: version 2.0 of the protocol.
pub const TLP: [&str; 5] = ["red", "amber", "amber-strict", "green", "clear"];

/// The tags of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    source: &'a Source,
    list: Option<&'a Sequence>,
    /// Whether the list stands in the rule itself, so that it can be edited.
    own: bool,
}

/// A tag of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    /// As written, without quotes.
    pub text: &'a str,
    /// Its bytes in the file, within its quotes.
    pub span: Span,
    /// Its number in the list.
    pub index: usize,
    node: &'a Node,
    own: bool,
}

impl<'a> Tags<'a> {
    /// The list of a rule; what is no list has no tags.
    pub(crate) fn of(rule: &RuleDocument<'a>) -> Self {
        let entry = rule.document.get("tags");
        let list = match entry.map(|entry| &entry.value.value) {
            Some(Value::Sequence(list)) => Some(list),
            _ => None,
        };
        let own = entry.is_some_and(|entry| !entry.inherited && entry.value.alias.is_none());
        Self { source: rule.source(), list, own }
    }

    /// The items that are text, in order.
    pub fn iter(self) -> impl Iterator<Item = Tag<'a>> {
        let items = self.list.map_or(&[][..], |list| list.items.as_slice());
        items.iter().enumerate().filter_map(move |(index, node)| {
            let (text, inner) = (node.str()?, node.inner());
            // An empty text has no place of its own.
            let span = if inner.is_empty() { node.span } else { inner };
            Some(Tag { text, span, index, node, own: self.own && node.alias.is_none() })
        })
    }

    /// Whether a tag of the list, apart from the one numbered `except`, is `text`; case does not count.
    fn has(self, text: &str, except: usize) -> bool {
        self.iter().any(|tag| tag.index != except && tag.text.eq_ignore_ascii_case(text))
    }

    /// Removes a tag.
    pub fn remove(self, tag: &Tag<'_>) -> Option<Edit> {
        let list = self.list.filter(|_| tag.own)?;
        edit::remove_item(self.source, list, tag.index)
    }

    /// Inserts a tag before another one.
    pub fn insert_before(self, tag: &Tag<'_>, text: &str) -> Option<Edit> {
        let list = self.list.filter(|_| tag.own)?;
        edit::insert_item(self.source, list, tag.index, text)
    }

    /// Inserts a tag after another one.
    pub fn insert_after(self, tag: &Tag<'_>, text: &str) -> Option<Edit> {
        let list = self.list.filter(|_| tag.own)?;
        edit::insert_item_after(self.source, list, tag.index, text)
    }

    /// What makes `text` of a tag: a replacement or, where the list has `text` already, its removal; the title with it.
    pub fn change(self, tag: &Tag<'_>, text: &str) -> Option<(String, Edit)> {
        if self.has(text, tag.index) {
            return Some((format!("remove `{}`: `{text}` is there already", tag.text), self.remove(tag)?));
        }
        Some((format!("replace `{}` with `{text}`", tag.text), tag.replace(text)?))
    }

    /// A safe fix that makes `text` of a tag.
    pub fn safe_change(self, tag: &Tag<'_>, text: &str) -> Option<Fix> {
        self.change(tag, text).map(|(title, edit)| Fix::safe(title, [edit]))
    }

    /// A safe fix that removes a tag since another one says, or after its own fix will say, `text`.
    pub fn safe_removal(self, tag: &Tag<'_>, text: &str) -> Option<Fix> {
        let title = format!("remove `{}`: another tag becomes `{text}`", tag.text);
        self.remove(tag).map(|edit| Fix::safe(title, [edit]))
    }

    /// The names of the techniques in the list, as written; retired ones too.
    pub fn techniques(self, attack: &'a Attack) -> impl Iterator<Item = &'a str> {
        self.iter().filter_map(|tag| tag.attack_name(attack)).filter(|name| is_technique_id(name))
    }
}

impl<'a> Tag<'a> {
    /// What stands before the first dot, and what behind it; blanks around the tag do not count.
    pub fn parts(&self) -> Option<(&'a str, &'a str)> {
        self.text.trim().split_once('.')
    }

    /// What stands behind the dot of a tag in this namespace; case does not count. `None` where nothing does.
    pub fn name_in(&self, namespace: &str) -> Option<&'a str> {
        let (own, name) = self.parts()?;
        (own.eq_ignore_ascii_case(namespace) && !name.is_empty()).then_some(name)
    }

    /// The name of an ATT&CK tag: behind `attack.`, behind a misspelling of it, or without any namespace where it is a name
    /// that ATT&CK has. What is wrong with the namespace is another finding, and must not hide what is wrong with the name.
    pub fn attack_name(&self, attack: &Attack) -> Option<&'a str> {
        let Some((namespace, name)) = self.parts() else {
            let name = self.text.trim();
            return (!matches!(AttackName::guess(attack, name), AttackName::Unknown)).then_some(name);
        };
        let meant = namespace.eq_ignore_ascii_case("attack")
            || !is_one_of(namespace, &NAMESPACES) && nearest(namespace, NAMESPACES) == Some("attack");
        (meant && !name.is_empty()).then_some(name)
    }

    /// The place of the namespace.
    pub fn namespace_span(&self) -> Span {
        match self.parts() {
            // Where the text is escaped, its parts have no place of their own.
            Some((namespace, _)) if self.span.len() == self.text.len() && self.text.starts_with(namespace) => {
                Span { end: self.span.start + namespace.len() as u32, ..self.span }
            }
            _ => self.span,
        }
    }

    /// Replaces the tag; `None` where its text stands elsewhere.
    pub fn replace(&self, text: &str) -> Option<Edit> {
        edit::rewrite(self.node, text).filter(|_| self.own && self.node.tag.is_none())
    }
}

/// What a tag of the namespace `attack` names.
#[derive(Clone, Copy, Debug)]
pub enum AttackName<'a> {
    /// A technique or sub-technique.
    Technique(&'a Technique),
    /// A technique that is no more.
    RetiredTechnique(&'a Retired),
    /// A tactic.
    Tactic(&'a Tactic),
    /// A tactic that is no more.
    RetiredTactic(&'a RetiredTactic),
    /// Something of which there is no table: it has the form of a group's, software's, data source's, mitigation's or
    /// asset's id.
    Other,
    /// Nothing known.
    Unknown,
}

impl<'a> AttackName<'a> {
    /// What `name` names; case does not count.
    pub fn of(attack: &'a Attack, name: &str) -> Self {
        if is_technique_id(name) {
            return if let Some(technique) = attack.technique(name) {
                Self::Technique(technique)
            } else if let Some(retired) = attack.retired(name) {
                Self::RetiredTechnique(retired)
            } else {
                Self::Unknown
            };
        }
        let same = |short: &str| short.eq_ignore_ascii_case(name);
        if let Some(tactic) = attack.tactics().iter().find(|tactic| same(&tactic.short)) {
            Self::Tactic(tactic)
        } else if let Some(tactic) = attack.retired_tactics().iter().find(|tactic| same(&tactic.short)) {
            Self::RetiredTactic(tactic)
        } else if ["g", "s", "ds", "m", "a"].iter().any(|letters| is_numbered(name, letters)) {
            Self::Other
        } else {
            Self::Unknown
        }
    }

    /// What `name` names if `_`, `-` and blanks in it are taken for each other, and for the dot of a sub-technique:
    /// `initial_access`, `t1059-001`.
    pub fn guess(attack: &'a Attack, name: &str) -> Self {
        match Self::of(attack, name) {
            Self::Unknown => {}
            known => return known,
        }
        let separated = |with: &str| name.trim().replace(['_', '-', ' '], with);
        match Self::of(attack, &separated("-")) {
            Self::Unknown => Self::of(attack, &separated(".")),
            known => known,
        }
    }

    /// What `name` is meant to name: [`AttackName::guess`], or a tactic by its id (`ta0002`) or misspelled.
    pub fn meant(attack: &'a Attack, name: &str) -> Self {
        match Self::guess(attack, name) {
            Self::Unknown if !is_technique_id(name) => {}
            known => return known,
        }
        if let Some(tactic) = attack.tactics().iter().find(|tactic| tactic.id.eq_ignore_ascii_case(name)) {
            return Self::Tactic(tactic);
        }
        let tactics = attack.tactics().iter().map(|tactic| &*tactic.short);
        let retired = attack.retired_tactics().iter().map(|tactic| &*tactic.short);
        nearest(&name.replace(['_', ' '], "-"), tactics.chain(retired))
            .map_or(Self::Unknown, |near| Self::of(attack, near))
    }

    /// The tag that says so today: the technique's or tactic's own, or its one successor's. What succeeds a tactic,
    /// the techniques of the rule decide.
    pub fn tag(self, attack: &'a Attack, tags: Tags<'_>) -> Option<String> {
        match self {
            Self::Technique(technique) => Some(format!("attack.{}", technique.id.to_ascii_lowercase())),
            Self::RetiredTechnique(retired) => {
                retired.successor.as_ref().map(|id| format!("attack.{}", id.to_ascii_lowercase()))
            }
            Self::Tactic(tactic) => Some(format!("attack.{}", tactic.short)),
            Self::RetiredTactic(tactic) => match attack.tactic_successors(tactic, tags.techniques(attack)).as_slice() {
                [only] => Some(format!("attack.{only}")),
                _ => None,
            },
            Self::Other | Self::Unknown => None,
        }
    }
}

/// The techniques that a rule names, each with its tag; retired techniques count as their successors.
pub fn techniques<'a>(attack: &'a Attack, tags: Tags<'a>) -> impl Iterator<Item = (Tag<'a>, &'a Technique)> {
    tags.iter().filter_map(|tag| {
        let technique = match AttackName::guess(attack, tag.attack_name(attack)?) {
            AttackName::Technique(technique) => technique,
            AttackName::RetiredTechnique(retired) => attack.technique(retired.successor.as_deref()?)?,
            _ => return None,
        };
        Some((tag, technique))
    })
}

/// Whether a tag says this tactic, be it by a retired one that the tactic succeeds, or with `_` for `-`.
pub fn says_tactic(attack: &Attack, tag: &Tag<'_>, tactic: &str) -> bool {
    match tag.attack_name(attack).map(|name| AttackName::meant(attack, name)) {
        Some(AttackName::Tactic(own)) => &*own.short == tactic,
        Some(AttackName::RetiredTactic(old)) => old.successors.iter().any(|successor| &**successor == tactic),
        _ => false,
    }
}

/// `g0007`: these letters and four digits, of which ATT&CK has given out none above 1999; case does not count.
fn is_numbered(name: &str, letters: &str) -> bool {
    let Some((head, number)) = name.split_at_checked(letters.len()) else { return false };
    head.eq_ignore_ascii_case(letters) && number.len() == 4 && is_digits(number) && number.starts_with(['0', '1'])
}

/// Whether the specification and pySigma take this text for a tag: lower-case letters, digits, `-` and `_`, a dot, and
/// the same with further dots.
pub fn is_well_formed(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let Some((namespace, name)) = text.split_once('.') else { return false };
    let (namespace, name) = (namespace.as_bytes(), name.as_bytes());
    !namespace.is_empty()
        && namespace.iter().all(plain)
        && !name.is_empty()
        && name.iter().all(|byte| *byte == b'.' || plain(byte))
}

/// Whether this is the name of a D3FEND artifact, such as `d3f-WindowsNtOpenFile`: the only names with capitals.
pub fn is_d3fend_artifact(name: &str) -> bool {
    name.strip_prefix("d3f-")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// `2021-44228`: a year and a number of at least four digits.
pub fn is_cve(name: &str) -> bool {
    let Some((year, number)) = name.split_once('-') else { return false };
    is_digits(year) && year.len() == 4 && is_digits(number) && number.len() >= 4
}

/// `2016-04-005`: year, month and a number of three digits.
pub fn is_car(name: &str) -> bool {
    let mut parts = name.split('-');
    let mut part = |length: usize| parts.next().is_some_and(|part| part.len() == length && is_digits(part));
    part(4) && part(2) && part(3) && parts.next().is_none()
}

/// `3` or `3k`: robustness from 1 to 5, and the place of the event (application, user mode, kernel); case does not count.
pub fn is_stp(name: &str) -> bool {
    matches!(name.as_bytes(), [b'1'..=b'5'] | [b'1'..=b'5', b'a' | b'u' | b'k' | b'A' | b'U' | b'K'])
}

/// A D3FEND tactic, or the form of a technique (`d3-am`) or artifact (`d3f-AccessControlList`); case does not count.
pub fn is_d3fend(name: &str) -> bool {
    const TACTICS: [&str; 7] = ["model", "harden", "detect", "isolate", "deceive", "evict", "restore"];
    let shaped = |prefix: &str| {
        let Some((head, rest)) = name.split_at_checked(prefix.len()) else { return false };
        head.eq_ignore_ascii_case(prefix) && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    shaped("d3-") || shaped("d3f-") || is_one_of(name, &TACTICS)
}

/// Whether `name` is one of these; case does not count.
pub fn is_one_of(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Whether a tag says something that its namespace knows.
pub fn is_known(attack: &Attack, text: &str) -> bool {
    let Some((namespace, name)) = text.split_once('.') else { return false };
    match namespace {
        "attack" => {
            matches!(AttackName::of(attack, name), AttackName::Technique(_) | AttackName::Tactic(_) | AttackName::Other)
        }
        "car" => is_car(name),
        "cve" => is_cve(name),
        "d3fend" => is_d3fend(name),
        "detection" => is_one_of(name, &DETECTION),
        "stp" => is_stp(name),
        "tlp" => is_one_of(name, &TLP),
        _ => false,
    }
}

/// The numbers in a text, where nothing but separators, and at most one word before them, stands between: `2021` and
/// `44228` of `CVE_2021.44228`.
pub fn numbers<'a, const N: usize>(text: &'a str, word: &str) -> Option<[&'a str; N]> {
    let rest = match text.split_at_checked(word.len()) {
        Some((head, rest)) if head.eq_ignore_ascii_case(word) => rest.trim_start_matches(['-', '_', '.', ' ']),
        _ => text,
    };
    let mut parts = rest.split(['-', '_', '.', ' ', '/']);
    let mut numbers = [""; N];
    for number in &mut numbers {
        *number = parts.next().filter(|part| is_digits(part))?;
    }
    parts.next().is_none().then_some(numbers)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The one of `words` that is meant by `name`: it, or the nearest, where `_`, `+` and blanks may stand for `-`.
pub fn meant<'a>(name: &str, words: &[&'a str]) -> Option<&'a str> {
    let name = name.trim().replace(['_', '+', ' ', ':'], "-");
    nearest(&name, words.iter().copied())
}
