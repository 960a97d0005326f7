//! Folders, DICOMDIR and zip files become films of a project.
