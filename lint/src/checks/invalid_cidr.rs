//! `invalid-cidr`

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::scalar::Type;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::diagnostic::{Applicability, Edit};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a value behind `cidr` that is no network.
    ///
    /// pySigma reads it with Python's `ipaddress.ip_network` and refuses the rule (`SigmaTypeError`) unless it is an IPv4 or
    /// IPv6 address with a length or mask, with no bit set behind that length. A single address is a network of one.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Connection To Internal Network
    /// detection:
    ///     selection:
    ///         DestinationIp|cidr:
    ///             - 10.0.0.1/8
    /// #             ^^^^^^^^ invalid-cidr
    ///             - 192.168.0.0/33
    /// #                         ^^ invalid-cidr
    ///             - 172.16.*
    /// #             ^^^^^^^^ invalid-cidr
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Connection To Internal Network
    /// detection:
    ///     selection:
    ///         DestinationIp|cidr:
    ///             - 10.0.0.0/8
    ///             - 192.168.0.0/255.255.0.0
    ///             - '::1'
    ///             - 'fe80::/10'
    ///     condition: selection
    /// ```
    "invalid-cidr" {
        group: Values, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaTypeError"], since: "0.1.0", run: Detection(invalid_cidr),
    }
}

fn invalid_cidr(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        if !item.has(Modifier::Cidr) {
            continue;
        }
        for value in &item.values {
            // Other types are reported as values that the modifier does not take.
            let Some(text) = value.text().filter(|_| value.ty() == Some(Type::Str)) else { continue };
            if let Err(fault) = network(text) {
                report_one(rule, item, value, fault, report);
            }
        }
    }
}

/// Why a text is no network.
struct Fault {
    range: Range<usize>,
    message: String,
    /// What it was meant for, and whether it can be nothing else.
    meant: Option<(String, Applicability)>,
}

fn report_one(rule: &DetectionRule<'_>, item: &Item, value: &Value, fault: Fault, report: &mut Report<'_>) {
    let own = values::is_own(item, value);
    let span = if own { value.place(rule.source(), fault.range) } else { values::place(item, value) };
    let fix = fault.meant.filter(|_| own).and_then(|(meant, applicability)| {
        let edit = Edit::replace(value.span, edit::quoted(&meant, value.style()?));
        let title = format!("replace it with `{meant}`");
        Some(match applicability {
            Applicability::Safe => Fix::safe(title, [edit]),
            Applicability::Unsafe => Fix::risky(title, [edit]),
        })
    });
    report.at(span, fault.message).maybe_fix(fix);
}

/// As `ipaddress.ip_network` of Python reads it.
fn network(text: &str) -> Result<(), Fault> {
    let whole = |message: String| Fault { range: 0..text.len(), message, meant: None };
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let blank = text.trim();
    if blank.len() < text.len() {
        let meant = network(blank).is_ok().then(|| (blank.to_owned(), Applicability::Safe));
        return Err(Fault { meant, ..whole("a network cannot have blanks around it".to_owned()) });
    }
    let behind = address.len() + 1..text.len();
    let bad_length = |length: &str, most: u32| Fault {
        range: if length.is_empty() { 0..text.len() } else { behind.clone() },
        message: if length.is_empty() {
            "the length of the network is missing behind the `/`".to_owned()
        } else {
            format!("`{length}` is no length of a network: expected a number from 0 to {most}")
        },
        meant: None,
    };
    if let Ok(v4) = address.parse::<Ipv4Addr>() {
        let prefix = length.map_or(Some(32), |length| prefix(length, 32).or_else(|| mask(length)));
        let Some(prefix) = prefix else { return Err(bad_length(length.unwrap_or_default(), 32)) };
        let kept = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
        let network = Ipv4Addr::from(u32::from(v4) & kept);
        return if network == v4 { Ok(()) } else { Err(host_bits(address, length, &network.to_string())) };
    }
    let scope = address.split_once('%');
    let plain = scope.map_or(address, |(plain, _)| plain);
    let good_scope = scope.is_none_or(|(_, scope)| !scope.is_empty() && !scope.contains('%'));
    if let (Ok(v6), true) = (plain.parse::<Ipv6Addr>(), good_scope) {
        let Some(prefix) = length.map_or(Some(128), |length| prefix(length, 128)) else {
            return Err(bad_length(length.unwrap_or_default(), 128));
        };
        let kept = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
        let network = Ipv6Addr::from(u128::from(v6) & kept);
        return if network == v6 { Ok(()) } else { Err(host_bits(address, length, &network.to_string())) };
    }
    let meant = wildcard(text).map(|meant| (meant, Applicability::Unsafe));
    Err(Fault { meant, ..whole(format!("`{text}` is no network")) })
}

fn host_bits(address: &str, length: Option<&str>, network: &str) -> Fault {
    let length = length.unwrap_or_default();
    Fault {
        range: 0..address.len(),
        message: format!("`{address}` has bits set behind the length of the network, `/{length}`"),
        meant: Some((format!("{network}/{length}"), Applicability::Unsafe)),
    }
}

fn prefix(length: &str, most: u32) -> Option<u32> {
    let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    length.parse().ok().filter(|length| digits && *length <= most)
}

/// `255.255.0.0`, or, as Python takes it too, `0.0.255.255`.
fn mask(length: &str) -> Option<u32> {
    let mask = u32::from(length.parse::<Ipv4Addr>().ok()?);
    let net = mask.leading_ones();
    if mask.count_ones() == net {
        return Some(net);
    }
    let host = mask.trailing_ones();
    (mask.count_ones() == host).then_some(32 - host)
}

/// `10.1.*` as a network.
fn wildcard(text: &str) -> Option<String> {
    let fixed: Vec<&str> = text.split('.').take_while(|part| *part != "*").collect();
    let rest = text.split('.').skip(fixed.len());
    let stars = rest.clone().count();
    if stars == 0 || fixed.is_empty() || fixed.len() + stars > 4 || rest.clone().any(|part| part != "*") {
        return None;
    }
    let address = format!("{}{}", fixed.join("."), ".0".repeat(4 - fixed.len()));
    address.parse::<Ipv4Addr>().ok()?;
    Some(format!("{address}/{}", fixed.len() * 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from `ipaddress.ip_network` of Python 3.11.
    #[test]
    fn as_python_reads_them() {
        for good in [
            "10.0.0.0/8", "10.1.2.3", "10.0.0.0/08", "0.0.0.0/0", "1.2.3.4/32", "10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255",
            "::/0", "::1", "fe80::/10", "2001:db8::/32", "::ffff:1.2.3.4", "fe80::1%eth0", "1::2:3/128",
            "1:2:3:4:5:6:7::", "0.0.0.0/0.0.0.0", "1.2.3.4/255.255.255.255",
        ] {
            assert!(network(good).is_ok(), "{good}");
        }
        for bad in [
            "", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "010.0.0.0/8", "256.0.0.0/8", "10.0.0.0/a",
            " 10.0.0.0/8", "10.0.0.0 /8", "10.*", "::1/64", "::/129", ":::/8", "1::2::3", "fe80::1%", "10.0.0.0/255.0.255.0",
            "10.0.0.0-10.0.0.9", "localhost", "fe80::/255.0.0.0", "10.0.0.0/+8",
            "10.0.0.0/0.0.0.0/1", "1.2.3.4/0.0.0.0",
        ] {
            assert!(network(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn wildcards_are_networks() {
        assert_eq!(wildcard("10.*").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(wildcard("192.168.*.*").as_deref(), Some("192.168.0.0/16"));
        for other in ["*", "10.*.1.*", "a.*", "10.0.0.0", "10.0.0.0.*", "300.*"] {
            assert_eq!(wildcard(other), None, "{other}");
        }
    }
}
