//! Synthetic radiographs with known lesions, and simulated readers.
