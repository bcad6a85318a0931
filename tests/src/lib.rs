//! The harness that the test programs of this folder share.
