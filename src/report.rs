//! Documents made of what the use cases answer: the map as a picture or a printed sheet.
//! No rule, no statement, no HTTP; nothing is measured or judged here.

pub mod map;
