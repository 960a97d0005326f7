//! Synthetic films: plausible, labelled, byte-identical for a seed.
