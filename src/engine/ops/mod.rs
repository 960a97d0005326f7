//! Operators that libtorch's core lacks, equal to torchvision's.
