//! A socket in the data folder by which commands on the same machine reach a running process: the
//! folder is its owner's alone, and so is the socket. A request is a word and, behind a line end,
//! what goes with it; the answer is a line.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as Client;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use web::sealed::Tried;
use zeroize::Zeroizing;

use crate::unsealing::Unsealing;

const PREFIX: &str = "control-";
const SUFFIX: &str = ".sock";
const REQUEST_BYTES_MAX: u64 = 8 * 1024;
const WITHIN: Duration = Duration::from_secs(30);

/// This process's socket; gone when dropped.
pub struct Control {
    path: PathBuf,
    shared: Arc<Shared>,
    task: Option<tokio::task::JoinHandle<()>>,
}

struct Shared {
    unsealing: Mutex<Option<Arc<Unsealing>>>,
    seal: watch::Sender<bool>,
    can_seal: bool,
}

impl Control {
    /// Listens in a folder. `can_seal` says whether there is a passphrase to come back with. Where
    /// the folder takes no socket, such as for its path's length, the server does without.
    pub fn open(folder: &Path, can_seal: bool) -> Self {
        let path = folder.join(format!("{PREFIX}{}{SUFFIX}", std::process::id()));
        // Left by a process of the same number that was killed.
        let _nothing_there = fs::remove_file(&path);
        let seal = watch::Sender::new(false);
        let shared = Arc::new(Shared { unsealing: Mutex::default(), seal, can_seal });
        let task = match listen(&path) {
            Ok(listener) => Some(tokio::spawn(accept(listener, shared.clone()))),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "commands can't reach this server");
                None
            }
        };
        Self { path, shared, task }
    }

    /// Lets commands try passphrases, or not any more.
    pub fn unseals(&self, unsealing: Option<Arc<Unsealing>>) {
        *self.shared.unsealing.lock().unwrap_or_else(PoisonError::into_inner) = unsealing;
    }

    /// Ends when somebody asked to seal.
    pub fn asked(&self) -> impl Future<Output = ()> + 'static {
        let shared = self.shared.clone();
        async move {
            let mut asked = shared.seal.subscribe();
            // The sender is shared, so it doesn't end before.
            let _ended = asked.wait_for(|asked| *asked).await;
        }
    }

    /// Whether somebody asked to seal.
    pub fn is_sealed(&self) -> bool {
        *self.shared.seal.borrow()
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        let _it_may_be_gone = fs::remove_file(&self.path);
    }
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn accept(listener: UnixListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let answered = tokio::time::timeout(WITHIN, answer(stream, &shared)).await;
                    if let Ok(Err(error)) = answered {
                        tracing::warn!(%error, "a command could not be answered");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket fails");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, shared: &Shared) -> io::Result<()> {
    let mut request = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES_MAX as usize));
    (&mut stream).take(REQUEST_BYTES_MAX).read_to_end(&mut request).await?;
    let end = request.iter().position(|byte| *byte == b'\n').unwrap_or(request.len());
    let (word, rest) = request.split_at(end);
    let unsealing = shared.unsealing.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let said = match (word, unsealing) {
        (b"unseal", None) => "open already".to_owned(),
        (b"unseal", Some(unsealing)) => {
            let passphrase = Secret::new(rest.get(1..).unwrap_or_default().to_vec());
            match unsealing.attempt(passphrase, None).await {
                Tried::Opened => "opened".to_owned(),
                Tried::Wrong => "wrong".to_owned(),
                Tried::Wait { secs } => format!("wait {secs}"),
                Tried::Failed => "failed".to_owned(),
            }
        }
        (b"seal", Some(_)) => "sealed already".to_owned(),
        (b"seal", None) if !shared.can_seal => "no passphrase".to_owned(),
        (b"seal", None) => {
            shared.seal.send_replace(true);
            "sealed".to_owned()
        }
        _ => "unknown".to_owned(),
    };
    stream.write_all(said.as_bytes()).await?;
    stream.shutdown().await
}

/// Asks every process that runs on this data folder; answers what each said.
pub fn ask_all(folder: &Path, word: &str, with: &[u8]) -> io::Result<Vec<String>> {
    let mut said = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !(name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            continue;
        }
        match Client::connect(&path) {
            Ok(stream) => said.push(ask(stream, word, with)?),
            // Whoever listened was killed.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                let _it_may_be_gone = fs::remove_file(&path);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(said)
}

fn ask(mut stream: Client, word: &str, with: &[u8]) -> io::Result<String> {
    stream.set_read_timeout(Some(WITHIN))?;
    stream.write_all(word.as_bytes())?;
    stream.write_all(b"\n")?;
    stream.write_all(with)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut said = String::new();
    stream.take(REQUEST_BYTES_MAX).read_to_string(&mut said)?;
    Ok(said)
}
