//! Ends the server when the client says `exit`: tower-lsp alone would go on waiting for the end of standard input.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::watch;
use tower_lsp::ExitedError;
use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

/// How long what is still to be written may take after `exit`.
const GRACE: Duration = Duration::from_millis(500);

/// Knows whether the client asked for a shutdown and whether it said `exit`.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    shutdown: Arc<AtomicBool>,
    said: Arc<watch::Sender<bool>>,
}

impl Exit {
    /// Standard input that ends when the client says `exit`.
    pub(crate) fn watch<R>(input: R) -> (Self, Input<R>) {
        let (said, mut heard) = watch::channel(false);
        let exit = Self { shutdown: Arc::default(), said: Arc::new(said) };
        let wait = async move {
            // An error means that nobody is left to say it.
            let _ = heard.wait_for(|said| *said).await;
        };
        (exit, Input { input, exit: Some(Box::pin(wait)) })
    }

    /// A service that notes what the client asks for.
    pub(crate) fn service<S>(&self, inner: S) -> Watched<S> {
        Watched { inner, exit: self.clone() }
    }

    /// Comes to an end some time after `exit`.
    pub(crate) async fn overdue(&self) {
        if self.said.subscribe().wait_for(|said| *said).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        }
    }

    /// Whether the client asked for a shutdown.
    pub(crate) fn is_orderly(&self) -> bool {
        self.shutdown.load(Ordering::Relaxed)
    }
}

/// See [`Exit::watch`].
pub(crate) struct Input<R> {
    input: R,
    exit: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Input<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let said = self.exit.as_mut().is_none_or(|exit| exit.as_mut().poll(cx).is_ready());
        if said {
            // Nothing was read: the end.
            self.exit = None;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.input).poll_read(cx, buffer)
    }
}

/// See [`Exit::service`].
#[derive(Debug)]
pub(crate) struct Watched<S> {
    inner: S,
    exit: Exit,
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
        if *self.exit.said.borrow() { Poll::Ready(Ok(())) } else { self.inner.poll_ready(cx) }
    }

    fn call(&mut self, request: Request) -> Answer {
        if *self.exit.said.borrow() {
            return Box::pin(ready(Ok(None)));
        }
        let shutdown = request.method() == "shutdown" && request.id().is_some();
        let exit = request.method() == "exit";
        let answer = self.inner.call(request);
        if exit {
            self.exit.said.send_replace(true);
        }
        if !shutdown {
            return answer;
        }
        let noted = Arc::clone(&self.exit.shutdown);
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
