//! Files in and out: the only caller of GDAL.

pub mod write;
