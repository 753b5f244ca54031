//! The program from outside: what it prints, and what it says of mistakes.

mod apply;
mod begin;
mod bench;
mod convert;
mod custom;
mod files;
mod forecast;
mod golden;
mod hostile;
mod inside;
mod kills;
mod look;
mod report;
mod stream;
mod support;
mod sweep;
mod training;
mod zoo;
