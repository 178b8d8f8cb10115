//! Reads a file that is stored in pieces as one file: from any position, and decompressed if it is gzip.

use std::io::{ErrorKind, Write as _};

use flate2::write::MultiGzDecoder;
use uuid::Uuid;

use crate::api::problem::{Fault, Problem};
use crate::consent::Timestamp;
use crate::ledger::{Database, DatabaseError, chunk_from};
use crate::lists::Layout;

/// How much of a file is read to find out its layout, in bytes.
const HEAD: usize = 256 * 1024;
/// How much is read ahead for a page of rows, in bytes: more than one row of the maximum length.
const WINDOW: usize = 512 * 1024;
/// The maximum size of a decompressed file, in bytes. A larger one that fits the limit of the route is a decompression
/// bomb, not a list.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;
/// The first bytes of gzip (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The reason why a file cannot be read further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum FileError {
    /// The gzip data is damaged.
    BrokenGzip,
    /// The gzip data ends too early.
    CutGzip,
    /// The decompressed file is larger than 4 GiB.
    TooLarge,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for FileError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

impl FileError {
    /// Returns the error to show to the shop.
    pub(in crate::api) const fn fault(&self) -> Fault {
        match self {
            Self::BrokenGzip => Fault::new("broken_gzip", "the gzip data is damaged; compress the file again"),
            Self::CutGzip => Fault::new("cut_gzip", "the gzip data ends too early; send the whole file"),
            Self::TooLarge => Fault::new("file_too_large", "the uncompressed file has more than 4 GB; split it"),
            Self::Database(_) => Fault::new("internal", "the service failed; the import continues"),
        }
    }
}

/// A file that is being read.
pub(in crate::api) struct FileReader {
    import: Uuid,
    /// The position of the next byte in the file as it was uploaded.
    offset: u64,
    inflater: Option<MultiGzDecoder<Vec<u8>>>,
    /// The current piece of the file, and below it the number of its bytes that have been read.
    packed: Vec<u8>,
    packed_used: usize,
    /// The bytes that were read ahead and not used yet.
    buffer: Vec<u8>,
    /// The position of the first byte of `buffer` in the decompressed file.
    begins: u64,
    is_end: bool,
    /// Whether the upload is complete.
    is_whole: bool,
}

impl FileReader {
    /// Opens a file at its beginning.
    pub(in crate::api) fn open(database: &dyn Database, import: Uuid) -> Result<Self, FileError> {
        let head = chunk_from(database, import, 0)?.unwrap_or_default();
        let inflater = head.starts_with(&GZIP).then(|| MultiGzDecoder::new(Vec::new()));
        Ok(Self {
            import,
            offset: 0,
            inflater,
            packed: Vec::new(),
            packed_used: 0,
            buffer: Vec::new(),
            begins: 0,
            is_end: false,
            is_whole: true,
        })
    }

    /// Moves on to a position in the decompressed file, as far as one step of work may go. Returns whether it is there.
    pub(in crate::api) fn advance(&mut self, database: &dyn Database, place: u64) -> Result<bool, FileError> {
        if self.inflater.is_none() && self.begins < place {
            (self.offset, self.begins) = (place, place);
            self.buffer.clear();
            (self.packed, self.packed_used) = (Vec::new(), 0);
        }
        let stretch = self.begins.saturating_add(SKIPPED_AT_ONCE);
        while self.begins < place.min(stretch) {
            self.fill(database)?;
            if self.skip(place) == 0 && self.is_end {
                return Ok(true);
            }
        }
        Ok(self.begins >= place)
    }

    pub(in crate::api) const fn import(&self) -> Uuid {
        self.import
    }

    /// Returns the position of the first byte of [`FileReader::ahead`].
    pub(in crate::api) const fn place(&self) -> u64 {
        self.begins
    }

    /// Returns how many bytes of the uploaded file have been read and used.
    pub(in crate::api) fn used(&self) -> u64 {
        let ahead = if self.inflater.is_some() { 0 } else { u64::try_from(self.buffer.len()).unwrap_or(0) };
        self.offset.saturating_sub(ahead)
    }

    /// Returns whether the file is not compressed, so that the pieces before the current position are no longer needed.
    pub(in crate::api) const fn is_plain(&self) -> bool {
        self.inflater.is_none()
    }

    /// Returns the bytes that were read ahead, and whether they reach the end of the file.
    pub(in crate::api) fn ahead(&self) -> (&[u8], bool) {
        (&self.buffer, self.is_end)
    }

    /// Reads ahead.
    pub(in crate::api) fn fill(&mut self, database: &dyn Database) -> Result<(), FileError> {
        let (from, had) = (self.offset, self.buffer.len());
        while self.buffer.len() < WINDOW && !self.is_end {
            if self.packed_used >= self.packed.len() {
                let Some(piece) = chunk_from(database, self.import, self.offset)? else {
                    return if self.is_whole { self.finish() } else { Ok(()) };
                };
                (self.packed, self.packed_used) = (piece, 0);
            }
            let rest = self.packed.get(self.packed_used..).unwrap_or_default();
            let used = match &mut self.inflater {
                None => {
                    self.buffer.extend_from_slice(rest);
                    rest.len()
                }
                Some(inflater) => {
                    // Decompress a little at a time: a few bytes may expand to very many.
                    let part = rest.get(..INFLATED_AT_ONCE).unwrap_or(rest);
                    inflater.write_all(part).map_err(|_| FileError::BrokenGzip)?;
                    self.buffer.append(inflater.get_mut());
                    part.len()
                }
            };
            self.packed_used += used;
            self.offset = self.offset.saturating_add(u64::try_from(used).unwrap_or(0));
            let end = self.begins.saturating_add(u64::try_from(self.buffer.len()).unwrap_or(0));
            if end > LARGEST {
                return Err(FileError::TooLarge);
            }
            let gained = u64::try_from(self.buffer.len().saturating_sub(had)).unwrap_or(0);
            if self.offset.saturating_sub(from) > gained.saturating_mul(MOST_PACKED).saturating_add(BARREN) {
                return Err(FileError::BrokenGzip);
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), FileError> {
        if let Some(inflater) = &mut self.inflater {
            inflater.try_finish().map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => FileError::CutGzip,
                _ => FileError::BrokenGzip,
            })?;
            self.buffer.append(inflater.get_mut());
        }
        self.is_end = true;
        Ok(())
    }

    /// Moves on to a position, or to the end of what was read ahead. Returns the number of bytes skipped.
    pub(in crate::api) fn skip(&mut self, to: u64) -> usize {
        let wanted = usize::try_from(to.saturating_sub(self.begins)).unwrap_or(usize::MAX);
        let skipped = wanted.min(self.buffer.len());
        self.buffer.drain(..skipped);
        self.begins = self.begins.saturating_add(u64::try_from(skipped).unwrap_or(0));
        skipped
    }
}

/// How much of a decompressed file one step of work skips at most, in bytes.
const SKIPPED_AT_ONCE: u64 = 32 * 1024 * 1024;
/// How many bytes of gzip data may stand for one byte of the file, beyond the first megabyte that is read ahead. Gzip
/// shortens texts, so only a file that was made to keep the service busy has more: it consists of empty members.
const MOST_PACKED: u64 = 4;
const BARREN: u64 = 1024 * 1024;

/// The number of gzip bytes that are decompressed at once. They expand at most about a thousandfold.
const INFLATED_AT_ONCE: usize = 4 * 1024;

/// Returns the beginning of a file, decompressed, and whether it is the whole file. The upload may still be in
/// progress.
pub(in crate::api) fn head_of(
    database: &dyn Database,
    import: Uuid,
    is_whole: bool,
) -> Result<(Vec<u8>, bool), Problem> {
    let read = FileReader::open(database, import).and_then(|reader| {
        let mut reader = FileReader { is_whole, ..reader };
        reader.fill(database)?;
        let (ahead, is_end) = reader.ahead();
        let head = ahead.get(..HEAD).unwrap_or(ahead).to_vec();
        let is_whole = is_end && head.len() == ahead.len();
        Ok((head, is_whole))
    });
    read.map_err(|error| match error {
        FileError::Database(error) => error.into(),
        other => Problem::File { fault: other.fault(), line: None },
    })
}

/// The state of the file that is being read, kept between pages.
pub(in crate::api) struct Reading {
    pub(in crate::api) file: FileReader,
    pub(in crate::api) layout: Layout,
    /// The time when the previous page was done.
    pub(in crate::api) at: Timestamp,
}
