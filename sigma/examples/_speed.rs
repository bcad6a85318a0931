use sigwise_sigma::{Source, yaml};
use std::time::Instant;
fn walk(d: &std::path::Path, out: &mut Vec<Vec<u8>>) {
    for e in std::fs::read_dir(d).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            walk(&p, out)
        } else if p.extension().is_some_and(|e| e == "yml") {
            out.push(std::fs::read(p).unwrap())
        }
    }
}
fn main() {
    let mut files = vec![];
    walk(std::path::Path::new(&std::env::args().nth(1).unwrap()), &mut files);
    let bytes: usize = files.iter().map(|f| f.len()).sum();
    let mut best = [f64::MAX; 4];
    for _ in 0..15 {
        let t = Instant::now();
        let sources: Vec<_> = files.iter().map(|f| Source::from_bytes(f.clone())).collect();
        best[0] = best[0].min(t.elapsed().as_secs_f64());
        let t = Instant::now();
        let mut problems = 0;
        for s in &sources {
            problems += yaml::parse(s).problems.len();
        }
        best[1] = best[1].min(t.elapsed().as_secs_f64());
        let t = Instant::now();
        let mut n = 0;
        for s in &sources {
            for e in granit_parser::Parser::new_from_str(s.text()) {
                n += e.is_ok() as usize;
            }
        }
        best[2] = best[2].min(t.elapsed().as_secs_f64());
        std::hint::black_box((n, problems));
    }
    let mb = bytes as f64 / 1e6;
    println!(
        "{} files {mb:.2} MB  source {:.4}s  parse {:.4}s = {:.1} MB/s   granit alone {:.4}s = {:.1} MB/s",
        files.len(),
        best[0],
        best[1],
        mb / best[1],
        best[2],
        mb / best[2]
    );
}
