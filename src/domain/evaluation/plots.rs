//! The plots of an evaluation, made from its cases, its pairs and its settings.
