//! The HTTP interface by its router, against a small town judged by the real rulebook: laid out as the addresses are.

mod assets;
mod card;
mod determinations;
mod display;
mod geometry;
mod lists;
mod map;
mod mvt;
mod ogc;
mod problems;
mod runs;
mod second_city;
mod seed;
mod tiles;
mod tilesets;
mod uploads;
