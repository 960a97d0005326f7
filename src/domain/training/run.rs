//! How a run of training stands, and what people may want of it: the words that the engine writes and everybody reads.

/// Where a run is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunState {
    /// In the queue.
    Waiting,
    /// Films are brought into the size that is needed, weights are read.
    Preparing,
    Training,
    Paused,
    Completed,
    /// A person stopped it; it can go on.
    Stopped,
    Failed,
    /// Its process is gone without a word: killed, or the power went. It can go on from its last checkpoint.
    Interrupted,
}

impl RunState {
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Preparing,
        Self::Training,
        Self::Paused,
        Self::Completed,
        Self::Stopped,
        Self::Failed,
        Self::Interrupted,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Preparing => "preparing",
            Self::Training => "training",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether a process works on it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Preparing | Self::Training | Self::Paused)
    }

    /// Whether it can be taken up again.
    pub const fn can_resume(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Interrupted)
    }
}

/// What a person wants of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Wish {
    #[default]
    GoOn,
    Pause,
    /// At the next checkpoint that is due.
    StopAtCheckpoint,
    /// After this step, with a checkpoint of its own.
    StopNow,
}

impl Wish {
    pub const ALL: [Self; 4] = [Self::GoOn, Self::Pause, Self::StopAtCheckpoint, Self::StopNow];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GoOn => "go_on",
            Self::Pause => "pause",
            Self::StopAtCheckpoint => "stop_at_checkpoint",
            Self::StopNow => "stop_now",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == text)
    }
}

/// The best checkpoint so far, by a figure of the dev films.
#[derive(Clone, PartialEq, Debug)]
pub struct Best {
    /// `AUROC`, `mAP@0.5`.
    pub name: String,
    pub value: f64,
    pub step: u64,
}

/// How a run stands right now.
#[derive(Clone, PartialEq, Debug)]
pub struct RunStatus {
    pub state: RunState,
    /// One sentence for people: `Bringing films into size`, `Learning`, `Looking at dev films`.
    pub stage: String,
    /// Steps of the optimiser that are done, and of how many.
    pub step: u64,
    pub num_steps: u64,
    pub eta_secs: Option<f64>,
    /// Films in the cache, and how many it needs.
    pub films_ready: [u64; 2],
    pub best: Option<Best>,
    /// Why it failed or stopped.
    pub message: Option<String>,
    pub advice: Option<String>,
    /// `cpu`, `cuda:0`.
    pub device: String,
    pub updated_at_ms: i64,
}

/// Which films a figure is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FigureOf {
    /// Losses and learning rate: the same whenever the same run is made again.
    Train,
    /// AUROC, AP: the same too.
    Dev,
    /// Times and loads: never the same twice.
    Device,
}

impl FigureOf {
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Device];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Device => "device",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.as_str() == text)
    }
}

/// One figure of one step.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    pub step: u64,
    pub of: FigureOf,
    /// Train: `loss`, `loss_<part>`, `learning_rate`. Dev: `AUROC`, `mAP@0.5`, `AP@0.5 Osteophytes`. Device: `step_ms`,
    /// `data_wait_ms`, `load` (0 to 1).
    pub name: String,
    pub value: f64,
}
