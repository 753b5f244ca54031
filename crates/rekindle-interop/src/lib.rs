//! Weights of recurrent layers by the names of other frameworks.
