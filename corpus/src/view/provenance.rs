//! What stands beside the embedded snapshot in the repository: whose work it is made from.

use std::fmt::Write;

use super::Info;

/// `PROVENANCE.md` of a snapshot.
pub fn provenance(info: &Info) -> String {
    let mut out = String::from(
        "# Where the snapshot comes from\n\n\
         Generated with the snapshot; do not edit. `sigwise.corpus` holds statistics of published detection rules, with \
         the title, id, author, path, licence and date of every rule, so that each number can be traced to the rules \
         behind it. It holds no rule and no description. The rules belong to their authors.\n",
    );
    for source in &info.sources {
        let _ = write!(
            out,
            "\n## {}\n\n\
             - language: {}\n\
             - repository: {}\n\
             - commit: {}, {}\n\
             - licence of the rules: {}\n\
             - files read: {}; rules taken: {}; left out as no longer maintained: {}\n",
            source.label,
            source.vendor,
            source.repository,
            source.commit,
            source.date,
            source.licence,
            source.files,
            source.rules,
            source.inactive,
        );
    }
    let _ = write!(
        out,
        "\n## In all\n\n\
         - rules: {}, in {} families\n\
         - distinct rows: {} that rules look for, {} that rules leave out\n\
         - techniques: under the ids of MITRE ATT&CK® {}, © The MITRE Corporation\n\
         - format {}, {} bytes\n",
        info.rules,
        info.families,
        info.rows.indicators,
        info.rows.exclusions,
        info.attack_version,
        info.format,
        info.bytes,
    );
    out
}
