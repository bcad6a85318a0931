use granit_parser::*;
fn main() {
    let t = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let o = granit_parser::options! { emit_unresolved_aliases: true, emit_anchor_events: true, block_scalar_eof_without_line_feed: true };
    for e in Parser::new_from_str_with_options(&t, o) {
        match e {
            Ok((e, s)) => {
                println!("{:?} {:?} {:?} tag {:?}", e, s.byte_range(), s.slice(&t), s.tag_span().map(|s| s.slice(&t)))
            }
            Err(e) => println!("{:?} {:?}", e.kind(), e.marker()),
        }
    }
}
