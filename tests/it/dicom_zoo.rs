//! Every file of the film zoo decodes to the manifest's values.
