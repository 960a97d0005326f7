//! From films to batches: a cache in the size that is needed, threads that read it, and the changes that a seed makes.
