//! Reads the client's messages from standard input, and knows how the session ends.
//!
//! tower-lsp ends at the first message that is no JSON and goes on waiting after `exit`. So what it reads comes from here: every
//! message that it cannot read is replaced by one that is answered with an error, and behind `exit` comes the end.

use std::future::Future;
use std::io::{self, BufRead, Read as _};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tower_lsp::ExitedError;
use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

/// How long what is still to be written may take after the end of the input.
const GRACE: Duration = Duration::from_millis(500);

/// How much is read ahead, in bytes.
const AHEAD: usize = 1 << 16;

/// The method that stands for a message that is no JSON, answered with the error of JSON-RPC for that.
pub(crate) const MALFORMED: &str = "sigwise/malformed";

/// The method that stands for JSON that is no message.
pub(crate) const INVALID: &str = "sigwise/invalid";

/// How the session ends.
#[derive(Clone, Debug)]
pub(crate) struct End {
    /// The client asked for a shutdown.
    shutdown: Arc<AtomicBool>,
    /// Nothing more comes.
    reached: watch::Receiver<bool>,
}

/// Reads messages in a thread of its own, as long as there are some.
///
/// # Errors
/// There is no such thread.
pub(crate) fn read(runtime: Handle) -> io::Result<(End, DuplexStream)> {
    let (mut to, from) = duplex(AHEAD);
    let (tell, reached) = watch::channel(false);
    let pass = move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(body)) = message(&mut input) {
            let (body, is_exit) = readable(body);
            let frame = [format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes(), body].concat();
            if runtime.block_on(to.write_all(&frame)).is_err() || is_exit {
                break;
            }
        }
        drop(to);
        tell.send_replace(true);
    };
    std::thread::Builder::new().name("input".to_owned()).spawn(pass)?;
    Ok((End { shutdown: Arc::default(), reached }, from))
}

/// The body of the next message; an empty one where its head has no length. `None` at the end.
fn message(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let (mut length, mut seen) = (None, false);
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        match line.trim().split_once(':') {
            None if line.trim().is_empty() && seen => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            _ => {}
        }
        seen |= !line.trim().is_empty();
    }
    let mut body = Vec::new();
    input.by_ref().take(length.unwrap_or(0)).read_to_end(&mut body)?;
    Ok(Some(body))
}

/// A body that tower-lsp can read, and whether it is `exit`.
fn readable(body: Vec<u8>) -> (Vec<u8>, bool) {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        method: Option<std::borrow::Cow<'a, str>>,
    }
    let instead = |method: &str| (format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{method}"}}"#).into_bytes(), false);
    if let Ok(Head { method: Some(method) }) = serde_json::from_slice(&body) {
        let is_exit = method == "exit";
        return match serde_json::from_slice::<Request>(&body) {
            Ok(_) => (body, is_exit),
            Err(_) => instead(INVALID),
        };
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(_) if serde_json::from_slice::<Response>(&body).is_ok() => (body, false),
        Ok(_) => instead(INVALID),
        Err(_) => instead(MALFORMED),
    }
}

impl End {
    /// A service that notes whether the client asks for a shutdown.
    pub(crate) fn service<S>(&self, inner: S) -> Watched<S> {
        Watched { inner, shutdown: Arc::clone(&self.shutdown) }
    }

    /// Comes some time after the end of the input: whatever is still waiting then waits for nothing.
    pub(crate) async fn overdue(&self) {
        // An error means that the thread that reads is gone.
        let _ = self.reached.clone().wait_for(|reached| *reached).await;
        tokio::time::sleep(GRACE).await;
    }

    /// Whether the client asked for a shutdown.
    pub(crate) fn is_orderly(&self) -> bool {
        self.shutdown.load(Ordering::Relaxed)
    }
}

/// See [`End::service`].
#[derive(Debug)]
pub(crate) struct Watched<S> {
    inner: S,
    shutdown: Arc<AtomicBool>,
}

type Answer = Pin<Box<dyn Future<Output = Result<Option<Response>, ExitedError>> + Send>>;

impl<S> Service<Request> for Watched<S>
where
    S: Service<Request, Response = Option<Response>, Error = ExitedError, Future = Answer>,
{
    type Response = Option<Response>;
    type Error = ExitedError;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Answer {
        let request = without_null(request);
        let is_shutdown = request.method() == "shutdown" && request.id().is_some();
        let answer = self.inner.call(request);
        if !is_shutdown {
            return answer;
        }
        let noted = Arc::clone(&self.shutdown);
        Box::pin(async move {
            let answer = answer.await;
            // Before `initialize` it is refused.
            if answer.as_ref().is_ok_and(|answer| answer.as_ref().is_some_and(Response::is_ok)) {
                noted.store(true, Ordering::Relaxed);
            }
            answer
        })
    }
}

/// Some clients (Emacs among them) write `"params": null` where there are none; tower-lsp would refuse `shutdown` for it.
fn without_null(request: Request) -> Request {
    if request.params() != Some(&Value::Null) {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let bare = Request::build(method);
    match id {
        Some(id) => bare.id(id).finish(),
        None => bare.finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::{INVALID, MALFORMED, message, readable, without_null};

    #[test]
    fn null_stands_for_no_parameters() {
        let read = |body: &str| without_null(serde_json::from_str(body).unwrap());
        let request = read(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown","params":null}"#);
        assert_eq!((request.method(), request.params(), request.id().is_some()), ("shutdown", None, true));
        let request = read(r#"{"jsonrpc":"2.0","method":"exit","params":null}"#);
        assert_eq!((request.params(), request.id()), (None, None));
        assert!(read(r#"{"jsonrpc":"2.0","id":1,"method":"a","params":[]}"#).params().is_some());
    }

    #[test]
    fn messages_are_found_between_anything() {
        let mut input = &b"content-length: 2\r\nX: y\r\n\r\n{}nonsense\r\n\r\n\r\nContent-Length: 3\n\n[1]"[..];
        let mut bodies = Vec::new();
        while let Ok(Some(body)) = message(&mut input) {
            bodies.push(String::from_utf8(body).unwrap());
        }
        assert_eq!(bodies, ["{}", "", "[1]"]);
    }

    #[test]
    fn what_cannot_be_read_is_replaced() {
        let text = |body: &str| String::from_utf8(readable(body.into()).0).unwrap();
        for good in [r#"{"jsonrpc":"2.0","method":"a"}"#, r#"{"jsonrpc":"2.0","id":1,"result":null}"#] {
            assert_eq!(text(good), good);
        }
        assert!(text("{").contains(MALFORMED));
        for bad in ["[1]", "{}", r#"{"jsonrpc":"2.0","method":5}"#, r#"{"jsonrpc":"2.0","id":[],"method":"a"}"#] {
            assert!(text(bad).contains(INVALID), "{bad}");
        }
        assert!(readable(br#"{"jsonrpc":"2.0","method":"exit"}"#.to_vec()).1);
    }
}
