//! `cargo bench`: what each stage costs over the example rules, or, with `SIGWISE_SHARED` set, over SigmaHQ's rules.

use std::path::PathBuf;
use std::sync::OnceLock;

use divan::counter::BytesCount;
use sigwise_lint::Settings;
use sigwise_sigma::{File, Source, parse, sniff};
use sigwise_tests::setup::Setup;

fn main() {
    divan::main();
}

fn texts() -> &'static [String] {
    static TEXTS: OnceLock<Vec<String>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let root = match std::env::var_os("SIGWISE_SHARED") {
            Some(shared) => PathBuf::from(shared).join("corpora/sigmahq/rules"),
            None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples"),
        };
        let (mut folders, mut out) = (vec![root], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the folder is readable").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "yml") {
                    out.extend(std::fs::read_to_string(&path));
                }
            }
        }
        out
    })
}

fn files() -> Vec<File> {
    texts().iter().map(|text| parse(Source::from_bytes(text.as_str()))).collect()
}

fn size() -> BytesCount {
    BytesCount::new(texts().iter().map(String::len).sum::<usize>())
}

#[divan::bench]
fn sniff_all(bencher: divan::Bencher<'_, '_>) {
    bencher.counter(size()).bench(|| texts().iter().filter(|text| sniff(text)).count());
}

#[divan::bench]
fn yaml_all(bencher: divan::Bencher<'_, '_>) {
    let sources: Vec<Source> = texts().iter().map(|text| Source::from_bytes(text.as_str())).collect();
    bencher
        .counter(size())
        .bench(|| sources.iter().map(|source| sigwise_sigma::yaml::parse(source).documents.len()).sum::<usize>());
}

#[divan::bench]
fn parse_all(bencher: divan::Bencher<'_, '_>) {
    bencher.counter(size()).bench(|| files().len());
}

#[divan::bench]
fn lint_all(bencher: divan::Bencher<'_, '_>) {
    let (setup, files) = (Setup::new(Settings::default()), files());
    bencher.counter(size()).bench(|| files.iter().map(|file| setup.lint_file(file).len()).sum::<usize>());
}
