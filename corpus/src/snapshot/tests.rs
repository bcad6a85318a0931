use super::*;
use crate::attack::Attack;
use crate::build::{Builder, Provenance};
use crate::corpus::{Corpus, Leave, Take};
use crate::readers;
use crate::vendor::Vendor;

const RULES: [(&str, &str); 3] = [
    (
        "a.yml",
        "title: One\nid: 00000000-0000-4000-8000-000000000001\nauthor: Änne, B\ntags: [attack.t1059.001, attack.t1086]\nrelated: [{id: 00000000-0000-4000-8000-000000000002, type: similar}]\nlogsource: {product: windows, category: process_creation}\ndetection:\n    sel:\n        Image|endswith: '\\x.exe'\n        CommandLine|contains|all: [' -ä', foo]\n    filter:\n        Image: 'C:\\a\\x.exe'\n    condition: sel and not filter\n",
    ),
    (
        "b.yml",
        "title: Two\nid: 00000000-0000-4000-8000-000000000002\nlogsource: {product: windows, service: security}\ndetection:\n    sel:\n        EventID: 4624\n    condition: sel\n",
    ),
    ("broken.yml", "title: [\ndetection:\n"),
];

fn small() -> Vec<u8> {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance::unknown(Vendor::Sigma, "test"));
    for (path, text) in RULES {
        builder.file(path, readers::read(Vendor::Sigma, path, text.into(), &readers::Library::default()));
    }
    builder.build().unwrap()
}

/// Asks everything there is to ask, so that a number that points nowhere would show.
fn ask(snapshot: Snapshot) {
    let corpus = Corpus::new(snapshot);
    let info = crate::view::Info::of(&corpus);
    let _ = crate::view::provenance(&info);
    for rule in corpus.rules() {
        let _ = crate::view::RulePage::of(&corpus, rule.rule_id());
        for incident in rule.incidents() {
            let _ = crate::view::IndicatorPage::of(&corpus, incident.row, Leave::NONE);
        }
        let _ = corpus.fields_of_logsource(rule.logsource(), &corpus.leave(Some(rule.id()), None));
    }
    for word in corpus.words() {
        let _ = (corpus.word_text(word), corpus.rules_of_word(word, Leave::NONE).count());
    }
    for field in corpus.fields() {
        let _ = corpus.rows_of_field(field).count();
    }
    let all: Vec<_> = corpus.rules().map(|r| r.rule_id()).collect();
    let _ = (corpus.rows_in(&all, Take::TopExclusions), corpus.logsources(), corpus.frequent(1).count());
    let _ = crate::view::TechniquePage::of(&corpus, Attack::embedded(), "T1059");
    let _ = crate::view::TechniqueList::of(&corpus, Attack::embedded());
    let _ = (corpus.rule_by_id("x"), corpus.rules_by_title("One"), corpus.word("foo"));
    let _ = corpus.row("Image", crate::op::Base::Name.into(), "x.exe");
}

#[test]
fn what_is_written_is_read() {
    let bytes = small();
    let snapshot = Snapshot::from_bytes(bytes.clone()).unwrap();
    assert_eq!(snapshot.size(), bytes.len());
    ask(snapshot);
    let kept: &'static [u8] = Vec::leak(bytes.clone());
    ask(Snapshot::from_static(kept).unwrap());
    assert_eq!(small(), bytes, "the same rules give the same bytes");
    let read = |bytes: &[u8], size: usize| Snapshot::from_reader(bytes, size as u64).unwrap();
    ask(read(&bytes, bytes.len()).unwrap());
    assert!(read(&bytes[..bytes.len() - 1], bytes.len()).is_err(), "it was cut while it was read");
    assert!(read(&bytes, bytes.len() + 1).is_err());
}

#[test]
fn the_order_of_files_changes_nothing() {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance::unknown(Vendor::Sigma, "test"));
    for (path, text) in RULES.iter().rev() {
        builder.file(path, readers::read(Vendor::Sigma, path, (*text).into(), &readers::Library::default()));
    }
    assert_eq!(builder.build().unwrap(), small());
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = small();
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] ^= bit;
            let error = Snapshot::from_bytes(damaged).expect_err("a flipped bit");
            let message = error.to_string();
            assert!(message.contains("sigwise corpus build"), "{at}: {message}");
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let bytes = small();
    for length in 0..bytes.len() {
        assert!(Snapshot::from_bytes(bytes[..length].to_vec()).is_err(), "{length}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(matches!(Snapshot::from_bytes(longer), Err(SnapshotError::Length { .. })));
}

/// A file whose checksum is right but whose tables are not, as only a faulty writer or an attacker makes it.
#[test]
fn tables_that_contradict_themselves_do_no_harm() {
    let bytes = small();
    let mut noticed = 0;
    for at in write::CHECKSUM_AT + 4..bytes.len() {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut damaged = bytes.clone();
            if damaged[at] == value {
                continue;
            }
            damaged[at] = value;
            let checksum = crc32fast::hash(&damaged[write::CHECKSUM_AT + 4..]);
            damaged[write::CHECKSUM_AT..write::CHECKSUM_AT + 4].copy_from_slice(&checksum.to_le_bytes());
            match Snapshot::from_bytes(damaged) {
                Ok(snapshot) => ask(snapshot),
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    noticed += 1;
                }
            }
        }
    }
    assert!(noticed > 1000, "{noticed}");
}

#[test]
fn errors_say_what_and_what_to_do() {
    let show = |bytes: &[u8]| Snapshot::from_bytes(bytes.to_vec()).unwrap_err().to_string();
    assert!(show(b"").starts_with("not a corpus snapshot"));
    assert!(show(b"PK\x03\x04").starts_with("not a corpus snapshot"));
    let bytes = small();
    assert!(show(&bytes[..5]).contains("has 5 bytes"));
    let mut newer = bytes.clone();
    newer[8] = 99;
    assert_eq!(
        show(&newer),
        format!(
            "a snapshot of format 99, but this version of sigwise reads format {VERSION}; build it again with `sigwise \
             corpus build`"
        )
    );
    let mut flipped = bytes;
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert!(show(&flipped).contains("its checksum is"));
}

#[test]
fn indexes_have_room_whatever_the_size() {
    for count in 0..40usize {
        let mut builder = Builder::new(Attack::embedded());
        builder.source(Provenance::unknown(Vendor::Sigma, "test"));
        for i in 0..count {
            let text = format!(
                "title: T{i}\nid: i{i}\nlogsource: {{product: x}}\ndetection:\n    s: {{a: {i}}}\n    condition: s\n"
            );
            builder.file(
                &format!("{i}.yml"),
                readers::read(Vendor::Sigma, "x.yml", text.into(), &readers::Library::default()),
            );
        }
        let corpus = Corpus::new(Snapshot::from_bytes(builder.build().unwrap()).unwrap());
        assert_eq!(corpus.rules().count(), count);
        assert!((0..count).all(|i| corpus.rule_by_id(&format!("i{i}")).is_some()));
        assert!(corpus.rule_by_id("none").is_none());
    }
}

#[test]
fn an_empty_corpus_is_one() {
    let bytes = Builder::new(Attack::embedded()).build().unwrap();
    let snapshot = Snapshot::from_bytes(bytes).unwrap();
    ask(snapshot);
}

#[test]
fn a_snapshot_made_of_a_snapshot_is_the_same() {
    let bytes = small();
    let mut builder = Builder::new(Attack::embedded());
    builder.snapshot(&Snapshot::from_bytes(bytes.clone()).unwrap());
    assert_eq!(builder.build().unwrap(), bytes);
}
