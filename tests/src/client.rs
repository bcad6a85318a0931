//! A language client that talks to `sigwise server` through pipes, as an editor does.

pub mod sample;
mod text;

use std::collections::VecDeque;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use text::{apply, offset};

/// How long the server may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the client says of itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its folders.
    pub folders: Vec<PathBuf>,
    /// The position encodings that it offers; none: UTF-16.
    pub encodings: Vec<&'static str>,
    /// Its capabilities beside those.
    pub capabilities: Value,
    /// What it sets: handed over as `initializationOptions`, and when the server asks for it.
    pub settings: Value,
    /// The server's working directory.
    pub cwd: Option<PathBuf>,
}

/// A client and its server.
#[derive(Debug)]
pub struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What the server sent and nobody has asked for yet.
    waiting: VecDeque<Value>,
    settings: Value,
    next_id: i64,
    /// What the server said about itself.
    pub initialized: Value,
}

/// The binary that was built beside this test.
///
/// # Panics
/// Where it was not: `cargo test --workspace` builds it.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    let folder = test.ancestors().nth(2).expect("a build folder");
    let binary = folder.join(format!("sigwise{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "{} is missing: run `cargo build` with the same profile", binary.display());
    binary
}

/// The URI of a file.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

impl Client {
    /// Starts a server and says nothing yet.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(options: &Options) -> Self {
        let mut command = Command::new(binary());
        command.arg("server").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(cwd) = &options.cwd {
            command.current_dir(cwd);
        }
        let mut server = command.spawn().expect("the server starts");
        let mut output = BufReader::new(server.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take();
        let settings = options.settings.clone();
        Self { server, input, messages, waiting: VecDeque::new(), settings, next_id: 0, initialized: Value::Null }
    }

    /// Starts a server and introduces itself.
    pub fn new(options: &Options) -> Self {
        let mut client = Self::start(options);
        let mut capabilities = if options.capabilities.is_null() { json!({}) } else { options.capabilities.clone() };
        if !options.encodings.is_empty() {
            capabilities["general"] = json!({ "positionEncodings": options.encodings });
        }
        let folder = |path: &PathBuf| json!({ "uri": uri(path), "name": "rules" });
        let folders: Vec<Value> = options.folders.iter().map(folder).collect();
        let params = json!({
            "processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities,
            "initializationOptions": options.settings,
        });
        client.initialized = client.request("initialize", params)["result"].clone();
        client.notify("initialized", json!({}));
        client
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    /// Where the server does not read any more.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("an open pipe");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and returns its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.next_id
    }

    /// Sends a request and waits for the answer.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// The answer to a request.
    pub fn answer(&mut self, id: i64) -> Value {
        self.wait("an answer", |message| message.get("method").is_none() && message["id"] == id)
    }

    /// The next message that is meant; others are kept for whoever asks for them.
    ///
    /// # Panics
    /// Where it does not come.
    pub fn wait(&mut self, what: &str, is_meant: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&is_meant) {
            return self.waiting.remove(at).expect("it is there");
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(message) => {
                    self.serve(&message);
                    if is_meant(&message) {
                        return message;
                    }
                    self.waiting.push_back(message);
                }
                Err(error) => panic!("{what} does not come ({error}); what came: {:?}", self.waiting),
            }
        }
    }

    /// Answers what the server asks.
    fn serve(&mut self, message: &Value) {
        let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) else { return };
        let result = match method {
            "workspace/configuration" => {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                Value::from(vec![self.settings.clone(); items])
            }
            _ => Value::Null,
        };
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    /// What comes within this time, and what came before and nobody asked for.
    pub fn drain(&mut self, time: Duration) -> Vec<Value> {
        let until = Instant::now() + time;
        loop {
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(message) => {
                    self.serve(&message);
                    self.waiting.push_back(message);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    break self.waiting.drain(..).collect();
                }
            }
        }
    }

    /// Sets something and tells the server.
    pub fn set(&mut self, settings: Value) {
        self.settings = settings.clone();
        self.notify("workspace/didChangeConfiguration", json!({ "settings": { "sigwise": settings } }));
    }

    /// Opens a document.
    pub fn open(&mut self, uri: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Edits a document.
    pub fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Closes a document.
    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// A file changed on disk.
    pub fn changed_on_disk(&mut self, path: &Path) {
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(path), "type": 2 }] }));
    }

    /// What is published for a document next.
    pub fn published(&mut self, uri: &str) -> Vec<Value> {
        let message = self.wait("a publish", |message| is_publish(message, uri));
        message["params"]["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// What is published for this version of a document.
    pub fn published_for(&mut self, uri: &str, version: i32) -> Vec<Value> {
        let meant = |message: &Value| is_publish(message, uri) && message["params"]["version"] == version;
        let message = self.wait("a publish", meant);
        message["params"]["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// The code actions for a range, of these kinds where some are named.
    pub fn code_actions(&mut self, uri: &str, range: &Value, only: &[&str]) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if !only.is_empty() {
            context["only"] = json!(only);
        }
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
        self.request("textDocument/codeAction", params)["result"].as_array().cloned().unwrap_or_default()
    }

    /// Ends it as an editor does. Nothing may be left unread but what was said in passing.
    pub fn stop(mut self) -> ExitStatus {
        let id = self.ask("shutdown", Value::Null);
        self.answer(id);
        self.notify("exit", Value::Null);
        self.end()
    }

    /// Closes the pipe and waits for the end.
    pub fn hang_up(mut self) -> ExitStatus {
        self.input = None;
        self.end()
    }

    /// Waits for the end of the server, with the pipe open.
    ///
    /// # Panics
    /// Where it goes on.
    pub fn end(mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.server.try_wait().expect("a child") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("the server does not end");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves its server behind.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn is_publish(message: &Value, uri: &str) -> bool {
    message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
}

fn read(output: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
