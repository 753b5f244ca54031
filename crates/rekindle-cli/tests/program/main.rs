//! The program from outside: what it prints, and what it says of mistakes.

mod apply;
mod bench;
mod custom;
mod golden;
mod look;
mod support;
mod training;
