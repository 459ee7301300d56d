//! The log of signed heads: a folder with a file a month (`2026-11.jsonl`), a line a head, only ever
//! added to. A month's file begins with the last head of every business, so that the newest file
//! says where each chain was.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use vault::PublicKey;

use super::chain::Signed;
use super::heads::{self, BadLine, Head, LINE_MAX};

const ENDING: &str = ".jsonl";
const FAULTS_MAX: usize = 20;

/// What is wrong with a log of heads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// A line is no head of ours.
    #[error("{}, line {line}: {what}", file.display())]
    Bad {
        /// Where.
        file: PathBuf,
        /// Which line of the file.
        line: u64,
        /// Why.
        what: BadLine,
    },
    /// A line doesn't follow the one before it: some were taken out, put in or moved.
    #[error("{}, line {line}: does not follow the line before it", file.display())]
    Unlinked {
        /// Where.
        file: PathBuf,
        /// Which line of the file.
        line: u64,
    },
    /// A copy holds more than the log it was copied from, or something else.
    #[error("{} is not what {} begins with", copy.display(), log.display())]
    Copy {
        /// The log's file.
        log: PathBuf,
        /// Its copy.
        copy: PathBuf,
    },
}

/// What a log says.
#[derive(Debug, Default)]
pub struct Contents {
    /// How many lines were read.
    pub lines: u64,
    /// The last line's number and hash.
    pub last: Option<(u64, [u8; 32])>,
    /// The last place of each chain.
    pub places: BTreeMap<String, Head>,
    /// Every head of each chain, in the order they were signed.
    pub signed: BTreeMap<String, Vec<Signed>>,
    /// What is wrong.
    pub faults: Vec<LogFault>,
}

/// The files of a log, oldest first; none where there is no such folder.
pub fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut files = Vec::new();
    for entry in folder {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a whole log.
pub fn read(dir: &Path, key: &PublicKey) -> io::Result<Contents> {
    // The first line follows none: a log whose oldest files are gone begins with another number.
    let mut contents = Contents { last: Some((0, [0; 32])), ..Contents::default() };
    for file in files(dir)? {
        read_file(&mut contents, &file, key)?;
    }
    if contents.lines == 0 {
        contents.last = None;
    }
    Ok(contents)
}

/// Reads a log's newest file, which has the last head of each chain.
pub fn read_newest(dir: &Path, key: &PublicKey) -> io::Result<Contents> {
    let mut contents = Contents::default();
    if let Some(file) = files(dir)?.pop() {
        read_file(&mut contents, &file, key)?;
    }
    Ok(contents)
}

fn read_file(contents: &mut Contents, file: &Path, key: &PublicKey) -> io::Result<()> {
    let mut reader = BufReader::new(File::open(file)?);
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let most = u64::try_from(LINE_MAX + 1).unwrap_or(u64::MAX);
        reader.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if bytes.len() <= LINE_MAX && bytes.last() != Some(&b'\n') {
            // The end, or a line that a power cut left unfinished: nobody relied on it yet.
            return Ok(());
        }
        let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.strip_suffix('\n'));
        let read = text.ok_or(BadLine::Malformed).and_then(|text| Head::read(text, key));
        match (text, read) {
            (Some(text), Ok(head)) => contents.take(text, head, file, line),
            (_, Err(what)) => contents.fault(LogFault::Bad { file: file.to_owned(), line, what }),
            (None, Ok(_)) => {}
        }
        if bytes.len() > LINE_MAX {
            return Ok(());
        }
    }
    Ok(())
}

impl Contents {
    fn fault(&mut self, fault: LogFault) {
        // What follows a bad line can't be told to follow it.
        self.last = None;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    fn take(&mut self, text: &str, head: Head, file: &Path, line: u64) {
        let follows = |(number, hash)| head.line == number + 1 && head.previous == hash;
        if !self.last.is_none_or(follows) {
            self.fault(LogFault::Unlinked { file: file.to_owned(), line });
        }
        self.lines += 1;
        self.last = Some((head.line, heads::hash(text)));
        self.signed.entry(head.tenant.clone()).or_default().push(head.signed());
        self.places.insert(head.tenant.clone(), head);
    }

    /// Adds what another log says, a copy of this one or that of another machine.
    pub fn merge(&mut self, other: Self) {
        self.lines += other.lines;
        self.faults.extend(other.faults);
        for (tenant, signed) in other.signed {
            let all = self.signed.entry(tenant).or_default();
            all.extend(signed);
            all.sort_by_key(|signed| (signed.seq, signed.at));
            all.dedup();
        }
        for (tenant, head) in other.places {
            let known = self.places.get(&tenant).map_or(0, |known| known.place.seq);
            if head.place.seq > known {
                self.places.insert(tenant, head);
            }
        }
    }
}

/// A log that is being added to. One process at a time has it.
pub struct Writer {
    dir: PathBuf,
    _lock: File,
}

impl Writer {
    /// Takes the log, whose folder is made where there is none; `None` while another process has it.
    pub fn open(dir: &Path) -> io::Result<Option<Self>> {
        make_folder(dir)?;
        let lock = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(dir.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { dir: dir.to_owned(), _lock: lock })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Adds lines, each without its end, to the file of a month (`2026-11`), and returns when they
    /// are on the disk. A month's first lines appear all or none.
    pub fn append(&self, month: &str, lines: &[String]) -> io::Result<()> {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        let file = self.dir.join(format!("{month}{ENDING}"));
        if file.exists() {
            let mut open = OpenOptions::new().read(true).write(true).open(&file)?;
            let end = finished(&mut open)?;
            open.set_len(end)?;
            open.seek(SeekFrom::Start(end))?;
            open.write_all(text.as_bytes())?;
            return open.sync_all();
        }
        let draft = self.dir.join(format!("{month}.draft"));
        let mut open =
            private(OpenOptions::new().create(true).truncate(true).write(true)).open(&draft)?;
        open.write_all(text.as_bytes())?;
        open.sync_all()?;
        fs::rename(&draft, &file)?;
        File::open(&self.dir)?.sync_all()
    }

    /// Brings a copy of the log up to date, whose folder may have been away for a while.
    pub fn copy_to(&self, place: &Path) -> io::Result<Vec<LogFault>> {
        make_folder(place)?;
        let mut faults = Vec::new();
        for log in files(&self.dir)? {
            let Some(name) = log.file_name() else { continue };
            let copy = place.join(name);
            if !extend(&log, &copy)? {
                faults.push(LogFault::Copy { log, copy });
            }
        }
        // A whole file that only the copy has was taken from the log.
        for copy in files(place)? {
            let log = copy.file_name().map(|name| self.dir.join(name)).unwrap_or_default();
            if !log.exists() {
                faults.push(LogFault::Copy { log, copy });
            }
        }
        Ok(faults)
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

fn make_folder(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Where the last finished line ends.
fn finished(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(u64::try_from(LINE_MAX).unwrap_or(u64::MAX));
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut tail)?;
    let end = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Ok(from + u64::try_from(end).unwrap_or(0))
}

/// Adds to a copy what it lacks; `false` where it isn't the beginning of the log's file.
fn extend(log: &Path, copy: &Path) -> io::Result<bool> {
    let mut from = File::open(log)?;
    let length = finished(&mut from)?;
    let mut to = private(OpenOptions::new().create(true).truncate(false).read(true).write(true))
        .open(copy)?;
    let there = finished(&mut to)?;
    if there > length {
        return Ok(false);
    }
    // The last line is linked to all before it.
    let tail = there.min(u64::try_from(LINE_MAX).unwrap_or(u64::MAX));
    if piece(&mut from, there - tail, tail)? != piece(&mut to, there - tail, tail)? {
        return Ok(false);
    }
    if there < length {
        to.set_len(there)?;
        to.seek(SeekFrom::Start(there))?;
        from.seek(SeekFrom::Start(there))?;
        io::copy(&mut from.take(length - there), &mut to)?;
        to.sync_all()?;
    }
    Ok(true)
}

fn piece(file: &mut File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
