//! Whether one predicate says all that another one does: what `contains foo` leaves out, `endswith \foo.exe` need not.

use crate::op::{Base, Op};

/// Whether everything that `narrow` matches is matched by `wide`, both on one field, as far as their shapes tell.
pub(super) fn covers((wide, w): (Op, &str), (narrow, n): (Op, &str)) -> bool {
    if (wide, w) == (narrow, n) {
        return true;
    }
    if wide.on(Base::Eq) != narrow.on(Base::Eq) || w.is_empty() {
        return false;
    }
    match (wide.base(), narrow.base()) {
        (Base::Contains, Base::Contains | Base::StartsWith | Base::EndsWith | Base::Eq) => n.contains(w),
        (Base::Contains, Base::Name) => n.contains(without_separator(w)),
        (Base::StartsWith, Base::StartsWith | Base::Eq) => n.starts_with(w),
        (Base::EndsWith, Base::EndsWith | Base::Eq) => n.ends_with(w),
        (Base::EndsWith, Base::Name) => n.ends_with(w),
        (Base::Name, Base::EndsWith | Base::Eq) => {
            n.strip_suffix(w).is_some_and(|before| before.ends_with(['\\', '/']))
        }
        (Base::Exists, _) => !matches!(narrow.base(), Base::Missing),
        _ => false,
    }
}

/// Whether nothing can match both predicates, as far as their shapes tell.
pub(super) fn disjoint((a, x): (Op, &str), (b, y): (Op, &str)) -> bool {
    if !a.is_plain() || !b.is_plain() {
        return false;
    }
    let end = |base: Base, value: &str| match base {
        Base::Name => Some(format!("\\{value}")),
        Base::EndsWith => Some(value.replace('/', "\\")),
        _ => None,
    };
    let shaped = |base| matches!(base, Base::Eq | Base::Name | Base::Contains | Base::StartsWith | Base::EndsWith);
    match (a.base(), b.base()) {
        (Base::Missing, other) | (other, Base::Missing) => shaped(other) || other == Base::Exists,
        (Base::Eq, other) if shaped(other) => !covers((b, y), (a, x)),
        (other, Base::Eq) if shaped(other) => !covers((a, x), (b, y)),
        (Base::StartsWith, Base::StartsWith) => !x.starts_with(y) && !y.starts_with(x),
        (Base::Name, Base::Name) => x != y,
        (a, b) => match (end(a, x), end(b, y)) {
            (Some(x), Some(y)) => !x.ends_with(&*y) && !y.ends_with(&*x),
            _ => false,
        },
    }
}

/// A name begins behind a separator, so `contains \foo` takes in the name `foo.exe`.
fn without_separator(text: &str) -> &str {
    text.strip_prefix(['\\', '/']).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(wide: (Base, &str), narrow: (Base, &str)) -> bool {
        covers((wide.0.into(), wide.1), (narrow.0.into(), narrow.1))
    }

    #[test]
    fn shapes_that_exclude_each_other() {
        let apart = |a: (Base, &str), b: (Base, &str)| {
            let both = [disjoint((a.0.into(), a.1), (b.0.into(), b.1)), disjoint((b.0.into(), b.1), (a.0.into(), a.1))];
            assert_eq!(both[0], both[1], "{a:?} {b:?}");
            both[0]
        };
        assert!(apart((Base::Eq, r"?:\temp\x.dll"), (Base::StartsWith, r"?:\windows\")));
        assert!(!apart((Base::Eq, r"?:\windows\x.dll"), (Base::StartsWith, r"?:\windows\")));
        assert!(apart((Base::StartsWith, r"?:\temp\"), (Base::StartsWith, r"?:\windows\")));
        assert!(!apart((Base::StartsWith, r"?:\windows\temp\"), (Base::StartsWith, r"?:\windows\")));
        assert!(apart((Base::Name, "a.exe"), (Base::Name, "b.exe")));
        assert!(apart((Base::Name, "a.exe"), (Base::EndsWith, ".dll")));
        assert!(!apart((Base::Name, "a.exe"), (Base::EndsWith, r"\x\a.exe")));
        assert!(!apart((Base::Name, "a.exe"), (Base::StartsWith, r"?:\windows\")));
        assert!(apart((Base::Contains, "a"), (Base::Missing, "")));
        assert!(!apart((Base::Contains, "a"), (Base::Contains, "b")));
        assert!(!apart((Base::Eq, "a"), (Base::Regex, "b")));
        assert!(apart((Base::Eq, "a"), (Base::Eq, "")));
    }

    #[test]
    fn shapes_that_take_in_others() {
        assert!(covered((Base::Contains, r"\windows\"), (Base::Eq, r"?:\windows\x.exe")));
        assert!(covered((Base::StartsWith, r"?:\windows\"), (Base::Eq, r"?:\windows\x.exe")));
        assert!(covered((Base::EndsWith, ".exe"), (Base::Name, "x.exe")));
        assert!(covered((Base::Name, "x.exe"), (Base::EndsWith, r"\a\x.exe")));
        assert!(covered((Base::Contains, r"\x."), (Base::Name, "x.exe")));
        assert!(!covered((Base::Name, "x.exe"), (Base::EndsWith, "x.exe")));
        assert!(!covered((Base::Name, "x.exe"), (Base::EndsWith, r"\ax.exe")));
        assert!(!covered((Base::StartsWith, r"?:\windows\"), (Base::Contains, r"?:\windows\x")));
        assert!(!covered((Base::Eq, ""), (Base::Missing, "")));
    }
}
