use sigwise_sigma::{Source, yaml::*};
fn show(n: &Node, s: &Source, d: usize) {
    let p = "  ".repeat(d);
    print!("{p}{:?} {:?}", n.span, s.slice(n.span));
    if let Some(a) = n.alias {
        print!(" alias {:?}", s.slice(a));
    }
    if let Some(a) = n.anchor {
        print!(" anchor {:?}", s.slice(a));
    }
    if let Some(a) = &n.tag {
        print!(" tag {a:?}");
    }
    match &n.value {
        Value::Scalar(x) => println!(" {:?} {:?}", x.text, x.ty),
        Value::Sequence(x) => {
            println!(" seq");
            for i in &x.items {
                show(i, s, d + 1);
            }
        }
        Value::Mapping(x) => {
            println!(" map");
            for e in &x.entries {
                show(&e.key, s, d + 1);
                if e.inherited {
                    println!("{p}  (inherited)");
                }
                show(&e.value, s, d + 2);
            }
        }
    }
}
fn main() {
    let s = Source::from_bytes(std::fs::read(std::env::args().nth(1).unwrap()).unwrap());
    let st = parse(&s);
    for d in &st.documents {
        println!("DOC {:?}", d.span);
        if let Some(r) = &d.root {
            show(r, &s, 0);
        }
    }
    println!("{:?}", st.comments.iter().map(|c| (s.slice(c.span), c.own_line)).collect::<Vec<_>>());
    for p in &st.problems {
        println!("{:?} {:?}", p, s.slice(p.span));
    }
}
