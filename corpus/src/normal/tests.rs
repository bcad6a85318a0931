use super::*;

fn text(s: &str) -> Part {
    Part::Text(s.to_owned())
}

/// `*` and `?` are wildcards, everything else is text.
fn glob(s: &str) -> Vec<Part> {
    let mut out = Vec::new();
    for c in s.chars() {
        match (c, out.last_mut()) {
            ('*', _) => out.push(Part::Star),
            ('?', _) => out.push(Part::Question),
            (c, Some(Part::Text(t))) => t.push(c),
            (c, _) => out.push(text(&c.to_string())),
        }
    }
    out
}

fn of(kind: Kind, s: &str) -> String {
    let (op, value) = pattern(glob(s), kind, Op::new(Base::Eq));
    format!("{op} {value}")
}

#[test]
fn shape_makes_the_operator() {
    assert_eq!(of(Kind::Text, "Foo"), "eq foo");
    assert_eq!(of(Kind::Text, "*Foo*"), "contains foo");
    assert_eq!(of(Kind::Text, "Foo**"), "startswith foo");
    assert_eq!(of(Kind::Text, "*Foo"), "endswith foo");
    assert_eq!(of(Kind::Text, "F*o"), "wildcard f*o");
    assert_eq!(of(Kind::Text, "*f?o*"), "wildcard *f?o*");
    assert_eq!(of(Kind::Text, "*"), "exists ");
    assert_eq!(of(Kind::Text, ""), "eq ");
    assert_eq!(of(Kind::Text, "ÄÖ"), "eq äö");
}

#[test]
fn paths_have_names() {
    assert_eq!(of(Kind::Path, r"*\CMD.exe"), "name cmd.exe");
    assert_eq!(of(Kind::Path, "*/bash"), "name bash");
    assert_eq!(of(Kind::Path, r"*\x\cmd.exe"), r"endswith \x\cmd.exe");
    assert_eq!(of(Kind::Path, r"*\"), r"endswith \");
    assert_eq!(of(Kind::Path, "cmd.exe"), "eq cmd.exe");
    assert_eq!(of(Kind::RegistryKey, r"*\Run"), r"endswith \run");
    assert_eq!(of(Kind::Text, r"*\cmd.exe"), r"endswith \cmd.exe");
}

#[test]
fn drives_are_one() {
    for s in [r"C:\Windows\x.exe", r"?:\Windows\x.exe", r"*:\Windows\x.exe", r"d:\windows\x.exe"] {
        assert_eq!(of(Kind::Path, s), r"eq ?:\windows\x.exe", "{s}");
    }
    for s in [r"C:\Windows\*", r"*:\Windows\*", r"*C:\Windows\*"] {
        assert_eq!(of(Kind::Path, s), r"startswith ?:\windows\", "{s}");
    }
    assert_eq!(of(Kind::Text, r"*:\Windows\*"), r"contains ?:\windows\");
    assert_eq!(of(Kind::Text, r"* C:\Windows\*"), r"contains  ?:\windows\");
    assert_eq!(of(Kind::Text, r#"*cmd "C:\a" D:\b*"#), r#"contains cmd "?:\a" ?:\b"#);
    assert_eq!(of(Kind::Text, r"*abc:\x*"), r"contains abc:\x");
    assert_eq!(of(Kind::Text, r"*x?:\x*"), r"wildcard *x?:\x*");
    assert_eq!(of(Kind::Path, r"?:\Users\*\x.exe"), r"wildcard ?:\users\*\x.exe");
    assert_eq!(of(Kind::Path, r":\x"), r"eq :\x");
}

#[test]
fn registry_roots_are_one() {
    for root in ["HKLM", "HKEY_LOCAL_MACHINE", r"\REGISTRY\MACHINE"] {
        assert_eq!(of(Kind::RegistryKey, &format!(r"{root}\SAM\*")), r"startswith hklm\sam\");
        assert_eq!(of(Kind::RegistryKey, &format!(r"*{root}\SAM*")), r"startswith hklm\sam");
        assert_eq!(of(Kind::Text, &format!(r"*{root}\SAM*")), r"contains hklm\sam");
    }
    assert_eq!(of(Kind::RegistryKey, r"\REGISTRY\USER\x"), r"eq hku\x");
    assert_eq!(of(Kind::RegistryKey, r"HKLM"), "eq hklm");
}

#[test]
fn registry_numbers_are_one() {
    for s in ["DWORD (0x00000010)", "0x00000010", "16"] {
        assert_eq!(of(Kind::RegistryData, s), "eq 16");
    }
    assert_eq!(of(Kind::Text, "0x00000010"), "eq 0x00000010");
    assert_eq!(of(Kind::RegistryData, "Binary Data"), "eq binary data");
}

#[test]
fn case_stays_where_it_means_something() {
    let cased = Op::new(Base::Eq).with(crate::op::Extra::Cased).unwrap();
    let (op, value) = pattern(glob(r"*\CMD.exe"), Kind::Path, cased);
    assert_eq!((op.to_string().as_str(), value.as_str()), ("name+cased", "CMD.exe"));
    let (_, value) = pattern(glob(r"C:\X"), Kind::Path, cased);
    assert_eq!(value, r"C:\X");
}

#[test]
fn keywords_lose_their_stars() {
    let (op, value) = pattern(glob("*Foo?bar*"), Kind::Text, Op::new(Base::Match));
    assert_eq!((op.base(), value.as_str()), (Base::Match, "foo?bar"));
}

#[test]
fn literal_wildcards_come_back() {
    for parts in [
        vec![text("a*b"), Part::Star, text("c?d")],
        vec![text("["), Part::Star, text("]")],
        vec![text("[[]"), Part::Question],
        vec![text("[*]"), Part::Star],
        vec![text("[[*]"), Part::Star, text("x")],
        vec![Part::Drive, text(r"a\"), Part::Star, text(r"\b")],
        vec![text("["), Part::Star, text("x]")],
    ] {
        assert_eq!(decode(&encode(&parts)), parts, "{}", encode(&parts));
    }
    assert_eq!(encode(&[text("a["), Part::Star, text("x")]), "a[*x");
}

#[test]
fn networks() {
    assert_eq!(cidr("10.0.0.1"), "10.0.0.1/32");
    assert_eq!(cidr("FE80::/10"), "fe80::/10");
    assert_eq!(cidr("::1"), "::1/128");
}

#[test]
fn parts_of_values() {
    let wide = |kind, extent, s: &str| {
        let (op, value) = pattern(widened(glob(s), extent, true), kind, Op::new(Base::Eq));
        format!("{op} {value}")
    };
    assert_eq!(wide(Kind::Path, Extent::Name, "Cmd.exe"), "name cmd.exe");
    assert_eq!(wide(Kind::Path, Extent::Name, "py*"), r"contains \py");
    assert_eq!(wide(Kind::Path, Extent::Name, "*.tmp"), "endswith .tmp");
    assert_eq!(wide(Kind::Path, Extent::Name, "a?b"), r"wildcard *\a?b");
    assert_eq!(wide(Kind::Path, Extent::Name, "*"), "exists ");
    assert_eq!(wide(Kind::Path, Extent::Name, ""), "eq ");
    assert_eq!(wide(Kind::Path, Extent::Extension, "exe"), "endswith .exe");
    assert_eq!(wide(Kind::RegistryKey, Extent::ValueName, "Shell"), r"endswith \shell");
    assert_eq!(wide(Kind::Text, Extent::Word, "-enc"), "contains  -enc ");
    assert_eq!(wide(Kind::Text, Extent::Word, "-enc*"), "contains  -enc");
    assert_eq!(wide(Kind::Text, Extent::Word, r"C:\x"), r"contains  ?:\x ");
    assert_eq!(wide(Kind::Text, Extent::Word, "*x*"), "contains x");
    assert_eq!(wide(Kind::Text, Extent::Hash("SHA256"), "AB"), "contains sha256=ab");
    let linux = pattern(widened(glob("py*"), Extent::Name, false), Kind::Path, Op::new(Base::Eq));
    assert_eq!(linux.1, "/py");
}

#[test]
fn volumes_are_drives() {
    for volume in ["?", "*", "3", "??"] {
        assert_eq!(of(Kind::Path, &format!(r"\Device\HarddiskVolume{volume}\Windows\*")), r"startswith ?:\windows\");
    }
    assert_eq!(of(Kind::Path, r"\Device\Mup\x"), r"eq \device\mup\x");
    assert_eq!(of(Kind::Path, r"\Device\HarddiskVolumeShadow*\x"), r"wildcard \device\harddiskvolumeshadow*\x");
    assert_eq!(of(Kind::Text, r"\Device\HarddiskVolume3\x"), r"eq \device\harddiskvolume3\x");
}

#[test]
fn control_sets_are_the_current_one() {
    for set in ["ControlSet*", "*ControlSet*", "ControlSet00?", "ControlSet001", "CurrentControlSet"] {
        assert_eq!(
            of(Kind::RegistryKey, &format!(r"HKLM\SYSTEM\{set}\Control\*")),
            r"startswith hklm\system\currentcontrolset\control\",
            "{set}"
        );
    }
    assert_eq!(of(Kind::RegistryKey, r"MACHINE\SYSTEM\ControlSet*\x"), r"eq hklm\system\currentcontrolset\x");
    assert_eq!(of(Kind::RegistryKey, r"*\ControlSet*"), r"contains \controlset");
    assert_eq!(of(Kind::RegistryKey, r"*\ControlSet0012\x"), r"endswith \controlset0012\x");
    assert_eq!(of(Kind::RegistryKey, r"*xControlSet*\x"), r"wildcard *xcontrolset*\x");
    assert_eq!(
        of(Kind::RegistryKey, r"*\ControlSet*\a\ControlSet*\b*"),
        r"contains \currentcontrolset\a\currentcontrolset\b"
    );
}
