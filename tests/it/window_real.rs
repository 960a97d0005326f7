//! The real program in a real window, driven by mouse and keys.
