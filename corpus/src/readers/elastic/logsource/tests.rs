use super::super::eql;
use super::*;

/// Log source and events of an EQL query over some indices.
fn show(query: &str, indices: &[&str], tags: &[&str]) -> (String, Vec<String>) {
    let eql::Parsed { query, categories } = eql::parse(query);
    let parts = query.parts.iter().zip(&categories).map(|((_, logic), category)| (Some(category), logic));
    let found = find(parts, &Surroundings { indices: indices.to_vec(), tags: tags.to_vec() });
    (found.whole.to_string(), found.events.iter().map(ToString::to_string).collect())
}

const WINDOWS: [&str; 3] = ["winlogbeat-*", "logs-endpoint.events.*", "logs-windows.sysmon_operational-*"];

#[test]
fn the_category_and_the_system_decide_on_a_host() {
    let (source, events) = show("process where host.os.type == \"windows\" and a == 1", &WINDOWS, &[]);
    assert_eq!(source, "windows/process_creation");
    assert_eq!(events, ["Sysmon 1", "Security 4688", "Elastic Defend process"]);
    let source = |query: &str, tags: &[&str]| show(query, &WINDOWS, tags).0;
    assert_eq!(source("process where a == 1", &["OS: Linux"]), "linux/process_creation");
    assert_eq!(source("process where a == 1", &["OS: Linux", "OS: macOS"]), "process_creation");
    let branches = "process where (host.os.type == \"linux\" and a == 1) or b == 1";
    assert_eq!(source(branches, &["OS: Linux", "OS: macOS"]), "process_creation");
    assert_eq!(
        source("process where host.os.type in (\"linux\")", &["OS: Linux", "OS: macOS"]),
        "linux/process_creation"
    );
    assert_eq!(source("any where event.category == \"process\"", &["OS: macOS"]), "macos/process_creation");
    assert_eq!(source("registry where event.type == \"change\"", &["OS: Windows"]), "windows/registry_set");
    assert_eq!(
        source("registry where event.type in (\"change\", \"creation\")", &["OS: Windows"]),
        "windows/registry_event"
    );
    assert_eq!(source("file where event.type == \"deletion\"", &["OS: Windows"]), "windows/file_delete");
    assert_eq!(source("file where event.type != \"deletion\"", &["OS: Windows"]), "windows/file_event");
    assert_eq!(source("any where event.code == \"10\"", &["OS: Windows"]), "windows/process_access");
    assert_eq!(source("network where dns.question.name : \"x\"", &["OS: Windows"]), "windows/dns_query");
}

#[test]
fn ids_lead_to_logs_of_windows() {
    let show = |query: &str| show(query, &["winlogbeat-*", "logs-system.security*"], &["OS: Windows"]);
    let of = |source: &str, events: &[&str]| (source.to_owned(), events.iter().map(ToString::to_string).collect());
    assert_eq!(show("any where event.code == \"5136\""), of("windows/security", &["Security 5136"]));
    assert_eq!(show("any where event.code in (4624, 7045)"), of("windows", &["Security 4624", "System 7045"]));
    assert_eq!(show("authentication where event.action == \"logged-in\""), of("windows/security", &["Security 4624"]));
    assert_eq!(
        show("any where powershell.file.script_block_text : \"x\""),
        of("windows/ps_script", &["PowerShell 4104"])
    );
}

#[test]
fn data_sets_decide_in_a_cloud() {
    let (source, events) =
        show("any where event.action in (\"PutKey\", \"Get*\")", &["filebeat-*", "logs-aws.cloudtrail-*"], &[]);
    assert_eq!((source.as_str(), events), ("aws/cloudtrail", vec!["AWS CloudTrail PutKey".to_owned()]));
    let source = |query: &str, indices: &[&str]| show(query, indices, &[]).0;
    assert_eq!(source("any where data_stream.dataset == \"okta.system\"", &["filebeat-*"]), "okta/okta");
    assert_eq!(source("any where event.module == \"azure\"", &["filebeat-*"]), "azure");
    assert_eq!(source("any where a == 1", &["logs-azure.*"]), "azure");
    assert_eq!(source("web where event.provider : \"Exchange\"", &["logs-o365.audit-*"]), "m365/exchange");
    assert_eq!(source("any where a == 1", &["logs-*", "filebeat-*"]), "unknown");
}

#[test]
fn steps_that_look_elsewhere_have_little_in_common() {
    let sequence = "sequence by a [process where b == 1] [network where c == 1]";
    let (source, events) = show(sequence, &["logs-endpoint.events.*"], &["OS: Windows"]);
    assert_eq!(
        (source.as_str(), events),
        ("windows", vec!["Elastic Defend process".into(), "Elastic Defend network".into()])
    );
    let sequence =
        "sequence by a [any where data_stream.dataset == \"x.y\"] [process where b == 1] [process where b == 2]";
    assert_eq!(show(sequence, &[], &[]).0, "unknown");
}

#[test]
fn every_event_of_the_table_has_a_title() {
    let table = Table::embedded();
    assert!(table.wheres.len() > 100 && table.events.len() > 50 && table.codes.len() > 20);
    let names = |line: &'static Events| {
        line.events.iter().filter(|name| !name.contains(['*', '{'])).map(|name| (line.provider, *name))
    };
    let ids = table.codes.iter().map(|code| (if code.log == "system" { "System" } else { "Security" }, code.id));
    for (provider, id) in table.events.iter().flat_map(names).chain(ids) {
        assert!(logsource::event_title(provider, id).is_some(), "{provider} {id}");
    }
}
