//! SQLite: the project's database behind a face in domain terms.

mod error;
mod migrate;
mod project;
mod films;
mod readings;
mod reading_time;
mod measurements;
mod rows;
mod shape_rows;
mod shared_labels;
mod comments;
mod custom_rules;
mod chunk;
mod bulk;
mod bulk_read;
mod rebuild;
mod worklist;
mod tallies;
mod settings;
mod watch;
mod thread;
mod rescue;

pub use bulk::{BulkImport, HeldReading, ImportedFile, ImportedMark, ReadingSum, labels_json};
pub use bulk_read::{StoredImport, StoredMark, StoredReading};
pub use chunk::{ChunkKind, ChunkWriter, MarkRow};
pub use error::StoreError;
pub use films::{AddedFilm, AddedFilms};
pub use measurements::StoredMeasurement;
pub use project::{NewProject, Store};
pub use reading_time::utc_offset_secs;
pub use rebuild::{Difference, LogBook};
pub use rescue::{ReplayReport, RescuedEdit, read_rescue, set_aside, write_rescue};
pub use shape_rows::{shape_from_json, shape_to_json};
pub use thread::{Outcome, QueueFull, StoreThread, Ticket};
pub use watch::WrittenElsewhere;
