//! What holds for FalconFriday's rules. Needs the shared corpora: `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test program")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use sigwise_corpus::readers::{self, Library, Reading};
use sigwise_corpus::rule::{Predicate, Role, Rule, Scope};
use sigwise_corpus::source::{self, Source};
use sigwise_corpus::vendor::Vendor;

/// Six rules as a person reads them: file, then `+` or `-` (for an exclusion), field, operator and value of what they ask
/// for of the event. Results of the query are left out.
const READ_BY_HAND: &[(&str, &str)] = &[
    (
        "0xFF-0001-Ingress_Tool_Transfer_Certutil_abuse-Win.md",
        r#"
        + ActionType eq ProcessCreated
        + FileName eq certutil.exe
        + ProcessVersionInfoOriginalFileName eq certutil.exe
        - ProcessCommandLine contains C:\Temp\MDATPDeploy\MDATPClientAnalyzer\Tools\winatp.cer
        - ProcessCommandLine contains -verify
        - ProcessCommandLine endswith .cer
        - ProcessCommandLine endswith .cer"
        "#,
    ),
    (
        "0xFF-0039-Likely_lateral_movement_with_SharpRDP-Win.md",
        r"
        + ActionType eq ProcessCreated
        + InitiatingProcessFileName contains taskmgr
        - InitiatingProcessCommandLine contains /1
        - InitiatingProcessCommandLine contains /2
        - InitiatingProcessCommandLine contains /3
        - InitiatingProcessCommandLine contains /4
        - FolderPath eq c:\Windows\system32\WerFault.exe
        - ProcessCommandLine contains -u -p
        - FolderPath eq c:\windows\system32\mmc.exe
        - ProcessCommandLine contains C:\WINDOWS\System32\services.msc
        - FolderPath eq c:\windows\system32\resmon.exe
        + LogonType eq Unlock
        + LogonType eq RemoteInteractive
        - LogonType eq Unlock
        - RemoteIP eq 127.0.0.1
        + RemoteIP exists
        + ActionType eq LogonSuccess
        ",
    ),
    (
        "0xFF-0209-Oracle_Suspicious_Command_Execution-WIn.md",
        r"
        + ActionType eq ProcessCreated
        + InitiatingProcessFileName eq oracle.exe
        - FileName eq conhost.exe
        - FileName eq oradim.exe
        - FileName eq WerFault.exe
        - ProcessCommandLine fieldref InitiatingProcessId
        ",
    ),
    (
        "0xFF-0240-Instance_Profile_Credentials_Used_from_Unexpected_IP-AWS.md",
        r"
        + UserIdentityPrincipalid contains :i-
        - SourceIpAddress cidr 198.18.0.0/15
        - SourceIpAddress eq AWS Internal
        - SourceIpAddress cidr 10.0.0.0/8
        - SourceIpAddress cidr 172.16.0.0/12
        - SourceIpAddress cidr 192.168.0.0/16
        ",
    ),
    (
        "0xFF-0545-Suspicious_MSC_File_Launched-Win.md",
        r"
        + ActionType eq FileRenamed
        + ActionType eq FileCreated
        + FileName endswith .msc
        + PreviousFileName endswith .crdownload
        + InitiatingProcessFileName eq chrome.exe
        + InitiatingProcessFileName eq msedge.exe
        + InitiatingProcessFileName eq brave.exe
        + InitiatingProcessFileName eq opera.exe
        + InitiatingProcessFileName eq vivaldi.exe
        + InitiatingProcessFileName eq iexplore.exe
        + InitiatingProcessFileName eq msedgewebview2.exe
        + InitiatingProcessFileName eq firefox.exe
        + FolderPath contains \downloads\
        + InitiatingProcessFileName eq 7zfm.exe
        + InitiatingProcessFileName eq 7zg.exe
        + InitiatingProcessFileName eq 7z.exe
        + InitiatingProcessFileName eq winzip64.exe
        + InitiatingProcessFileName eq winrar.exe
        + InitiatingProcessFileName eq winzip.exe
        + FolderPath regex ((?i)[^=|\/]*?AppData\\Local\\Temp\\(7z.........\\|wz....\\|Temp\d{1,3}_\w+)\b[^( ;)|]*)
        + FolderPath contains .zip\
        + FileOriginUrl exists
        + ActionType eq ProcessCreated
        + FileName eq mmc.exe
        ",
    ),
    (
        "0xFF-0582-WinRM_Plugin_Lateral_Movement-Windows.md",
        r"
        + InitiatingProcessFileName eq wsmprovhost.exe
        - FolderPath startswith C:\windows\assembly\nativeimages_
        - ProfileAvailability eq Error
        + GlobalPrevalence lt 100
        + ActionType eq FileCreated
        + ActionType eq FileRenamed
        + ActionType eq FileModified
        ",
    ),
];

fn folder() -> PathBuf {
    let shared = std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the folder of shared data");
    PathBuf::from(shared).join("corpora/falconfriday")
}

fn read(path: &str, bytes: Vec<u8>) -> Reading {
    readers::read(Vendor::Kusto, path, bytes, &Library::default())
}

fn all() -> Vec<(String, Vec<u8>)> {
    let source = Source { vendor: Vendor::Kusto, label: None, dir: folder() };
    let paths = source::files(&source, |path, error| panic!("{path}: {error}")).unwrap();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(folder().join(&path)).unwrap())).collect()
}

/// What counts as the same predicate: role (with an exclusion's scope), field, and the pattern as a glob, without regard
/// to case, drive letters and whether a path's last component is written with its backslash.
fn key(role: &str, field: &str, op: &str, value: &str) -> String {
    let value = value.to_lowercase();
    let value = match value.split_once(":\\") {
        Some((drive, rest)) if drive.len() == 1 => format!("?:\\{rest}"),
        _ => value,
    };
    let pattern = match op {
        "contains" => format!("*{value}*"),
        "startswith" => format!("{value}*"),
        "endswith" => format!("*{value}"),
        "eq" | "name" => value,
        other => format!("{other} {value}"),
    };
    format!("{role} {} {}", field.to_lowercase(), pattern.trim().trim_start_matches("*\\"))
}

fn key_of(predicate: &Predicate) -> String {
    let role = match (predicate.role, predicate.scope) {
        (_, Scope::Guard) => "guard",
        (Role::Indicator, _) => "+",
        (Role::Exclusion, Scope::Branch) => "|-",
        (Role::Exclusion, _) => "-",
    };
    let op = predicate.op.to_string();
    // The value as written, but for what has no value.
    let value = if matches!(op.as_str(), "exists" | "missing") { "" } else { &predicate.value_raw };
    key(role, &predicate.field_raw, &op, value)
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn rules_are_read_as_by_hand() {
    let (mut right, mut wanted, mut extra) = (0, 0, 0);
    for (path, facts) in READ_BY_HAND {
        let reading = read(path, std::fs::read(folder().join(path)).unwrap());
        let [rule] = &reading.rules[..] else { panic!("{path}: {} rules", reading.rules.len()) };
        let expected: BTreeSet<String> = facts
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|line| {
                let mut words = line.splitn(4, ' ');
                let mut next = || words.next().unwrap_or_default();
                key(next(), next(), next(), next())
            })
            .collect();
        let found: BTreeSet<String> = rule.predicates.iter().filter(|p| !p.derived).map(key_of).collect();
        for missing in expected.difference(&found) {
            println!("{path}: missing {missing}");
        }
        for more in found.difference(&expected) {
            println!("{path}: extra {more}");
        }
        right += expected.intersection(&found).count();
        wanted += expected.len();
        extra += found.difference(&expected).count();
    }
    println!("{right} of {wanted} right, {extra} extra");
    assert!(right * 100 >= wanted * 98 && extra * 100 <= wanted * 2, "{right} of {wanted} right, {extra} extra");
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_query_of_falconfriday_has_a_predicate() {
    let files = all();
    let rules: Vec<Rule> = files.iter().flat_map(|(path, bytes)| read(path, bytes.clone()).rules).collect();
    let empty: Vec<_> = rules.iter().filter(|r| !r.predicates.iter().any(|p| p.has_row)).map(|r| &r.title).collect();
    assert!(empty.is_empty(), "{empty:?}");
    let unread: Vec<_> = rules.iter().flat_map(|r| r.unread.iter().map(move |reason| (&r.path, reason))).collect();
    assert!(unread.is_empty(), "{unread:?}");
    let unknown: Vec<_> = rules.iter().filter(|r| r.logsource.as_ref().is_unknown()).map(|r| &r.title).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // Files without a rule: two that were replaced by another, and two that are none.
    let none: Vec<_> = files.iter().filter(|(path, _)| !rules.iter().any(|r| &*r.path == path)).collect();
    let none: Vec<_> = none.iter().map(|(path, _)| path.get(..8).unwrap_or(path)).collect();
    assert_eq!(none, ["0xFF-008", "0xFF-008", "LICENSE", "README.m"]);
    assert_eq!(rules.len(), 114);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn whatever_is_cut_or_changed_is_read() {
    let mut read_at = 0;
    for (path, bytes) in all() {
        let longest = std::time::Duration::from_secs(2);
        let attempt = |what: &str, changed: Vec<u8>| {
            let start = std::time::Instant::now();
            let reading = read(&path, changed);
            let took = start.elapsed();
            assert!(took < longest, "{path} {what}: {took:?}");
            for rule in reading.rules {
                assert!(!(rule.predicates.is_empty() && rule.unread.is_empty()), "{path} {what}: lost without a word");
            }
        };
        // A page is cut within its queries: there, and never before them, something is read.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let start = text.find("```").unwrap_or(bytes.len());
        for at in (start..bytes.len()).step_by(if bytes.len() > 40_000 { 211 } else { 7 }) {
            let mut cut = bytes.get(..at).unwrap_or_default().to_vec();
            attempt("cut", cut.clone());
            cut.extend_from_slice(b"\n```\n");
            attempt("cut and closed", cut);
        }
        // Signs that open, close and end things, where others stood.
        for (turn, at) in (start..bytes.len()).step_by(if bytes.len() > 40_000 { 509 } else { 31 }).enumerate() {
            let signs = b"()[]{}|;,\"'@.=!~`\\\n\xff";
            let mut changed = bytes.clone();
            if let (Some(byte), Some(sign)) = (changed.get_mut(at), signs.get(turn % signs.len())) {
                *byte = *sign;
            }
            attempt("changed", changed);
        }
        read_at += 1;
    }
    assert!(read_at > 60);
}
