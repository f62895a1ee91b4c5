//! The queries of lists, cards and tiles: what the screens ask. It writes nothing.
