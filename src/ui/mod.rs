//! Panels, canvas and theme: reads the session, sends commands.
