//! The laws that every cell obeys.
