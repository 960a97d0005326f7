//! Malformed films give a picture or a clear error, in bounded time and memory.
