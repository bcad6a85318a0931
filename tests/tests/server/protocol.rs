//! Start and end, order, refusals: what the protocol asks of every server.

use serde_json::{Value, json};
use sigwise_tests::client::sample::{RULE, URI};
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
