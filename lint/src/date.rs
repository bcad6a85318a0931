//! Dates as rules write them.

use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Node;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// The day that exists, if it does.
    pub fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let exists = (1..=9999).contains(&year) && (1..=days).contains(&day);
        exists.then_some(Self { year: year as u16, month: month as u8, day: day as u8 })
    }

    /// The day that a value names in a form that pySigma reads: `2024-05-06`, or `2024/5/6` of Sigma v1.
    pub fn of(node: &Node) -> Option<Self> {
        let scalar = node.scalar().filter(|scalar| matches!(scalar.ty, Type::Str | Type::Timestamp))?;
        Self::iso(&scalar.text).or_else(|| {
            scalar.text.as_bytes().get(4).filter(|byte| **byte == b'/')?;
            let [year, month, day] = numbers(&scalar.text, '/')?;
            Self::new(year, month, day)
        })
    }

    /// `YYYY-MM-DD`, a day that exists.
    pub fn iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
        if !shape {
            return None;
        }
        let [year, month, day] = numbers(text, '-')?;
        Self::new(year, month, day)
    }

    /// How many days lie between this day and a later one; negative for an earlier one.
    pub fn days_to(self, later: Self) -> i64 {
        later.number() - self.number()
    }

    /// Days since the first of March of the year 0.
    fn number(self) -> i64 {
        // Counting years from March puts the leap day at their end.
        let (month, early) = if self.month > 2 { (self.month - 3, 0) } else { (self.month + 9, 1) };
        let year = i64::from(self.year) - early;
        year * 365 + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (i64::from(month) * 153 + 2) / 5
            + i64::from(self.day)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Three numbers with a separator between them.
pub fn numbers(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.split(separator).map(|part| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().unwrap_or(0))
    });
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days() {
        let date = |text| Date::iso(text).unwrap();
        assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
        assert_eq!(date("2024-02-28").days_to(date("2024-03-01")), 2);
        assert_eq!(date("2023-12-31").days_to(date("2024-01-01")), 1);
        assert_eq!(date("2024-01-01").days_to(date("2023-01-01")), -365);
        assert_eq!(date("1999-12-31").days_to(date("2026-11-24")), 9825);
        for wrong in ["2023-02-29", "2024-13-01", "2024-1-1", "2024/01/01", "0000-01-01", "２０２４-01-01"] {
            assert_eq!(Date::iso(wrong), None);
        }
    }
}
