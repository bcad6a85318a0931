//! Start and end, order, refusals: what the protocol asks of every server.

use std::time::Duration;

use serde_json::{Value, json};
use sigwise_tests::client::sample::{RULE, URI, insert, whole};
use sigwise_tests::client::{Client, Options};

#[test]
fn the_protocol_is_kept() {
    let options = Options::default();
    let mut client = Client::start(&options);
    assert_eq!(client.request("textDocument/hover", json!({}))["error"]["code"], -32002, "before `initialize`");
    client.notify("exit", Value::Null);
    assert_eq!(client.end().code(), Some(1), "no shutdown was asked for");

    let mut client = Client::new(&options);
    assert_eq!(client.request("sigwise/nonsense", json!({}))["error"]["code"], -32601);
    client.notify("sigwise/nonsense", json!({}));
    client.notify("$/nonsense", json!({}));
    client.send_raw(b"Content-Length: 7\r\n\r\n{\"a\": ,");
    let refused = client.wait("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32700);
    client.send(&json!([1, 2]));
    let refused = client.wait("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32600);
    client.send_raw(b"nonsense\r\n\r\n");
    client.wait("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
    client.notify("$/setTrace", json!({ "value": "messages" }));
    client.open(URI, RULE);
    client.published_for(URI, 1);
    client.wait("a trace", |message| message["method"] == "$/logTrace");
    client.request("shutdown", Value::Null);
    assert_eq!(client.request("textDocument/hover", json!({}))["error"]["code"], -32600, "after `shutdown`");
    client.notify("exit", Value::Null);
    assert_eq!(client.end().code(), Some(0));

    assert_eq!(Client::new(&options).hang_up().code(), Some(1), "the end of its input ends it");
}

#[test]
fn a_cancelled_request_is_refused() {
    let mut client = Client::new(&Options::default());
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": [{ "uri": URI, "value": "0" }] }));
    client.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(client.answer(id)["error"]["code"], -32800);
    client.stop();
}

#[test]
fn one_session_has_one_start_and_one_end() {
    let options = Options::default();
    let mut client = Client::start(&options);
    // What is no request is dropped before the start.
    client.open(URI, RULE);
    assert_eq!(client.request("shutdown", Value::Null)["error"]["code"], -32002);
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    let started = client.request("initialize", params.clone())["result"].clone();
    assert_eq!(started["serverInfo"]["name"], "sigwise");
    assert_eq!(started["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(client.request("initialize", params)["error"]["code"], -32600, "a second start");
    client.notify("initialized", json!({}));
    assert!(client.request("textDocument/hover", place())["result"].is_null(), "it was not opened");
    assert!(client.request("shutdown", Value::Null)["error"].is_null());
    for method in ["shutdown", "initialize", "textDocument/hover", "workspace/symbol"] {
        assert_eq!(client.request(method, json!({}))["error"]["code"], -32600, "{method}");
    }
    client.open(URI, RULE);
    let left = client.drain(Duration::from_millis(100));
    assert!(left.iter().all(|message| message["method"] != "textDocument/publishDiagnostics"));
    client.notify("exit", Value::Null);
    assert_eq!(client.end().code(), Some(0));

    let mut client = Client::start(&options);
    client.notify("exit", Value::Null);
    assert_eq!(client.end().code(), Some(1), "it never began");
    assert_eq!(Client::start(&options).hang_up().code(), Some(1));
    let mut client = Client::new(&options);
    client.request("shutdown", Value::Null);
    assert_eq!(client.hang_up().code(), Some(0), "it was told to shut down, and has");
}

fn place() -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": 0, "character": 0 } })
}

#[test]
fn ids_of_requests_are_given_back_as_they_are() {
    let mut client = Client::new(&Options::default());
    for id in [json!("a text"), json!(0), json!(-7), json!(i64::MAX)] {
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": place() }));
        client.wait("an answer", |message| message["id"] == id && message.get("result").is_some());
    }
    // Answers to what was never asked are no reason to stop.
    client.send(&json!({ "jsonrpc": "2.0", "id": 999, "result": 5 }));
    client.send(&json!({ "jsonrpc": "2.0", "id": "x", "error": { "code": 1, "message": "no" } }));
    assert!(client.request("textDocument/hover", place()).get("error").is_none());
    client.stop();
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let mut client = Client::new(&Options::default());
    client.open(URI, RULE);
    client.published_for(URI, 1);
    for params in [
        json!({}),
        json!([]),
        json!({ "textDocument": { "uri": "no address" }, "position": { "line": 0, "character": 0 } }),
        json!({ "textDocument": { "uri": URI }, "position": { "line": -1, "character": 0 } }),
        json!({ "textDocument": { "uri": URI }, "position": { "line": 1e20, "character": 0 } }),
    ] {
        let answer = client.request("textDocument/hover", params.clone());
        assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
    }
    // Notifications cannot be refused: the text stays as it was.
    client.change(URI, 2, json!([{ "range": { "start": { "line": -1, "character": 0 } }, "text": "x" }]));
    client.change(URI, 3, insert(14, 24, " and not spare"));
    assert!(client.published_for(URI, 3).iter().all(|found| found["code"] != "unused-selection"));
    client.stop();
}

#[test]
fn a_burst_of_cancelled_requests_leaves_nothing_behind() {
    let mut client = Client::new(&Options::default());
    client.open(URI, RULE);
    client.published_for(URI, 1);
    let ids: Vec<i64> = (0..200).map(|_| client.ask("textDocument/hover", place())).collect();
    ids.iter().for_each(|id| client.notify("$/cancelRequest", json!({ "id": id })));
    for id in ids {
        let answer = client.answer(id);
        let code = &answer["error"]["code"];
        assert!(answer.get("result").is_some() || *code == -32800, "{answer}");
    }
    client.notify("$/cancelRequest", json!({ "id": 12_345 }));
    client.change(URI, 2, insert(14, 24, " and not spare"));
    client.published_for(URI, 2);
    assert!(!client.code_actions(URI, &whole(), &[]).is_empty());
    assert_eq!(client.stop().code(), Some(0));
}

#[test]
fn what_is_logged_has_a_level() {
    let mut client = Client::new(&Options::default());
    let level = |client: &mut Client, what: &'static str| {
        let is_meant = |message: &Value| {
            let said = message["params"]["message"].as_str().unwrap_or_default();
            message["method"] == "window/logMessage" && said.contains(what)
        };
        client.wait(what, is_meant)["params"]["type"].clone()
    };
    assert_eq!(level(&mut client, "sigwise 0."), 3, "that it started is information");
    client.close(URI);
    assert_eq!(level(&mut client, "was closed, but is not open"), 2);
    client.change(URI, 2, json!([{ "text": "" }]));
    assert_eq!(level(&mut client, "was changed, but is not open"), 2);
    client.open(URI, RULE);
    client.open(URI, RULE);
    assert_eq!(level(&mut client, "was opened twice"), 2);
    client.published_for(URI, 1);
    let traces = |client: &mut Client| {
        client.change(URI, 2, json!([{ "text": RULE }]));
        client.published_for(URI, 2);
        client.drain(Duration::from_millis(50)).iter().filter(|message| message["method"] == "$/logTrace").count()
    };
    assert_eq!(traces(&mut client), 0, "nobody asked");
    client.notify("$/setTrace", json!({ "value": "verbose" }));
    assert!(traces(&mut client) > 0);
    client.notify("$/setTrace", json!({ "value": "off" }));
    assert_eq!(traces(&mut client), 0);
    client.stop();
}
