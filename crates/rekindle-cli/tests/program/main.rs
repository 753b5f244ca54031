//! The program from outside: what it prints, and what it says of mistakes.

mod apply;
mod bench;
mod custom;
mod golden;
mod inside;
mod look;
mod report;
mod support;
mod training;
