//! Scripts over the session: training from the freeze to the end of a run.
