use super::*;

fn normal(key: &str, value: &str) -> Vec<String> {
    let (field, normals) = SigmaItem { key: key.into(), value: Some(value.into()) }.normal();
    normals.iter().map(|n| format!("{field} {} {}", n.op, n.value)).collect()
}

#[test]
fn spellings_meet() {
    for (key, value) in [("Image|endswith", r"\X.exe"), ("Image", r"*\x.exe"), ("Image|endswith", "/x.exe")] {
        assert_eq!(normal(key, value), ["Image name x.exe"], "{key}: {value}");
    }
    assert_eq!(normal("TargetObject|endswith", r"\x.exe"), [r"TargetObject endswith \x.exe"]);
    assert_eq!(
        normal("CommandLine|wide|base64offset|contains", "IEX*"),
        ["CommandLine contains+wide+base64offset IEX*"]
    );
    assert_eq!(normal("CommandLine|re|i", r"\S+"), [r"CommandLine regex+i \S+"]);
    assert_eq!(normal("x|contains|cased", "Ab"), ["x contains+cased Ab"]);
    assert_eq!(normal("x|exists", "false"), ["x missing "]);
    assert_eq!(normal("", "*Foo*"), ["(keyword) match foo"]);
    assert_eq!(normal("|re", "Foo"), ["(keyword) regex Foo"]);
    assert_eq!(normal("x", r"a\*b"), ["x eq a*b"]);
    assert_eq!(normal("x", r"a\\*b"), [r"x wildcard a\*b"]);
    assert_eq!(normal("x|minute|gte", "5"), ["x gte+minute 5"]);
}

#[test]
fn windash_varies_the_dash() {
    assert_eq!(
        normal("CommandLine|contains|windash", " -f a-b"),
        ["CommandLine contains  -f a-b", "CommandLine contains  /f a-b"]
    );
    assert_eq!(normal("CommandLine|windash|contains", "x"), ["CommandLine contains x"]);
}

#[test]
fn sigma_leads_back() {
    for (field, op, value) in [
        ("Image", "name", "x.exe"),
        ("Image", "eq", r"?:\windows\x.exe"),
        ("Image", "startswith", r"?:\program files\"),
        ("Image", "wildcard", r"?:\users\*\x.exe"),
        ("CommandLine", "contains", r"?:\windows\"),
        ("CommandLine", "startswith", r"?:\windows\"),
        ("CommandLine", "contains", r"copy ?:\a ?:\b"),
        ("CommandLine", "endswith", r"?:\a"),
        ("CommandLine", "eq", r"\\server\share\"),
        ("CommandLine", "contains", r"a*b?c\"),
        ("CommandLine", "wildcard", r"*a[*]b*c\*"),
        ("CommandLine", "wildcard", r"a\?b"),
        ("CommandLine", "contains+wide+base64offset", "IEX*"),
        ("CommandLine", "regex+i", r"\S+"),
        ("CommandLine", "regex", r"C:\\x"),
        ("CommandLine", "contains+cased", "Ab*"),
        ("CommandLine", "exists", ""),
        ("CommandLine", "missing", ""),
        ("Details", "eq", "1"),
        ("Details", "eq", "01"),
        ("TargetObject", "startswith", r"hklm\sam"),
        ("DestinationIp", "cidr", "10.0.0.0/8"),
        ("x", "gte+hour", "5"),
        ("(keyword)", "match", "foo?bar[*]"),
        ("(keyword)", "regex", "foo"),
    ] {
        let op: Op = op.parse().unwrap();
        for product in [None, Some("windows"), Some("linux")] {
            let item = to_sigma(field, op, value, None, product).unwrap();
            let (back, normals) = item.normal();
            let back = (back.as_str(), normals[0].op, normals[0].value.as_str(), normals.len());
            assert_eq!(back, (field, op, value, 1), "{item:?}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    /// Whatever an item says in the normal form, Sigma can say it again, with and without a known spelling.
    #[test]
    fn every_row_leads_back(
        field in proptest::sample::select(vec!["Image", "CommandLine", "TargetObject", "Details", ""]),
        modifiers in proptest::sample::select(vec![
            "", "contains", "startswith", "endswith", "re", "re|i", "cased", "contains|cased", "cidr", "lt",
            "base64offset|contains", "wide|base64|contains", "windash|contains", "exists", "hour|gte", "endswith|cased",
        ]),
        value in proptest::collection::vec(
            proptest::sample::select(vec![
                "*", "?", "\\", "\\\\", "\\*", "/", "a", "B", "é", "C:\\", ":\\", "?:\\", "[", "]", "HKLM\\", "HKEY_USERS\\",
                "\\REGISTRY\\MACHINE\\", "0x00000001", "DWORD (0x0000000A)", " ", "-", "x.exe", "12",
            ]),
            0..5,
        ),
        product in proptest::sample::select(vec![None, Some("windows"), Some("linux")]),
    ) {
        let key = if modifiers.is_empty() { field.to_owned() } else { format!("{field}|{modifiers}") };
        let (name, normals) = SigmaItem { key, value: Some(value.concat()) }.normal();
        let spelling = Modifiers::read(modifiers.split('|').filter(|m| !m.is_empty())).spelling;
        for normal in normals {
            for known in [None, Some((spelling.as_str(), normal.raw.as_str()))] {
                let item = to_sigma(&name, normal.op, &normal.value, known, product).unwrap();
                let (field, back) = item.normal();
                proptest::prop_assert_eq!(&field, &name);
                let back = (back.len(), back[0].op, &back[0].value);
                proptest::prop_assert_eq!(back, (1, normal.op, &normal.value), "{:?}", item);
            }
        }
    }
}

#[test]
fn items_are_read_from_text() {
    let item = |text: &str| {
        let item: SigmaItem = text.parse().unwrap();
        (item.key, item.value)
    };
    let some = |key: &str, value: &str| (key.to_owned(), Some(value.to_owned()));
    assert_eq!(item(r"Image|endswith: \x.exe"), some("Image|endswith", r"\x.exe"));
    assert_eq!(item(r"Image|endswith: '\x.exe'"), some("Image|endswith", r"\x.exe"));
    assert_eq!(item("EventID: 4624"), some("EventID", "4624"));
    assert_eq!(item("Details: null"), ("Details".to_owned(), None));
    assert_eq!(item("mimikatz"), some("", "mimikatz"));
    assert_eq!(item(r"net user: x"), some("", "net user: x"));
}

#[test]
fn known_spellings_are_kept() {
    let name = Op::new(Base::Name);
    let item = |spelling, product| {
        let item = to_sigma("Image", name, "powershell.exe", Some(spelling), product).unwrap();
        format!("{}: {}", item.key, item.value.unwrap())
    };
    assert_eq!(item(("endswith", r"\PowerShell.exe"), Some("windows")), r"Image|endswith: \PowerShell.exe");
    assert_eq!(item(("endswith", r"\PowerShell.exe"), None), r"Image|endswith: \PowerShell.exe");
    assert_eq!(item(("endswith", r"\PowerShell.exe"), Some("linux")), "Image|endswith: /PowerShell.exe");
    assert_eq!(item(("", r"*\x\powershell.exe"), Some("linux")), "Image|endswith: /powershell.exe");
    let null = to_sigma("Image", Base::Missing.into(), "", Some(("", "")), None).unwrap();
    assert_eq!(null, SigmaItem { key: "Image".into(), value: None });
}
