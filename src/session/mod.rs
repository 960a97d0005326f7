//! What the person is doing: commands, tools, history, selection and view state, pure.
