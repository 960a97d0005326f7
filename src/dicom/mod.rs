//! Files to films: finding, reading and decoding DICOM.
