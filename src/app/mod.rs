//! Wiring: window, frame loop, effects.
