//! Transformations that an operator supplies as a PROJ pipeline, for systems whose parameters are not ours to know.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use proj::Proj;

use super::{ReprojectionError, Reprojector, making};
use crate::crs::Crs;

/// The longest text that is taken.
const LONGEST: usize = 4000;

/// A PROJ pipeline from the numbers of a file, easting or longitude first, to longitude and latitude in degrees.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pipeline(String);

/// Why a text is not taken as a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineFault {
    /// It does not begin with `+proj=pipeline`.
    #[error("转换管道应以 +proj=pipeline 开头，由若干 +step 组成")]
    NoPipeline,
    /// It is too long.
    #[error("转换管道超过 {LONGEST} 个字符")]
    TooLong,
    /// It names a file by its path or an initialisation file.
    #[error("转换管道里不能写文件路径或 +init；格网文件请放进 PROJ 的数据文件夹后只写文件名")]
    NamesAFile,
    /// It has characters that no pipeline has.
    #[error("转换管道里只能有可见的英文字符")]
    NotAscii,
}

impl Pipeline {
    /// Takes a text for a pipeline, after looking at its form. Whether PROJ understands it shows when it is used.
    ///
    /// # Errors
    /// [`PipelineFault`] when it is none, or would make PROJ read a file of the operator's choice.
    pub fn parse(text: &str) -> Result<Pipeline, PipelineFault> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(PipelineFault::TooLong);
        }
        if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(PipelineFault::NotAscii);
        }
        let mut words = text.split_ascii_whitespace().map(|word| word.trim_start_matches('+'));
        if words.next() != Some("proj=pipeline") {
            return Err(PipelineFault::NoPipeline);
        }
        if text.contains(['/', '\\']) || words.any(|word| word.starts_with("init=")) {
            return Err(PipelineFault::NamesAFile);
        }
        Ok(Pipeline(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The parameters may be confidential: they do not show in logs.
impl std::fmt::Debug for Pipeline {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pipeline({} steps)", self.0.matches("step").count())
    }
}

thread_local! {
    static CACHE: RefCell<HashMap<Pipeline, Rc<Reprojector>>> = RefCell::default();
}

/// Runs `work` with this thread's transformer for a pipeline; its results are taken as EPSG:4490.
///
/// # Errors
/// [`ReprojectionError::Pipeline`] when PROJ does not understand it.
pub fn with_pipeline<T>(pipeline: &Pipeline, work: impl FnOnce(&Reprojector) -> T) -> Result<T, ReprojectionError> {
    let known = CACHE.with_borrow(|cache| cache.get(pipeline).cloned());
    let reprojector = match known {
        Some(known) => known,
        None => {
            let guard = making();
            let proj = Proj::new(&pipeline.0).map_err(|cause| ReprojectionError::Pipeline { cause })?;
            drop(guard);
            let made = Rc::new(Reprojector { proj: Some(proj), from: Crs::from_epsg(0), to: Crs::CGCS2000 });
            CACHE.with_borrow_mut(|cache| cache.insert(pipeline.clone(), Rc::clone(&made)));
            made
        }
    };
    Ok(work(&reprojector))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::reproject::with_reprojector;

    #[test]
    fn a_pipeline_does_what_the_registry_does_for_the_same_plane() {
        let text = "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 \
                    +step +proj=unitconvert +xy_in=rad +xy_out=deg";
        let pipeline = Pipeline::parse(text).unwrap();
        let place = (571_815.0, 3_403_497.0);
        let one = with_pipeline(&pipeline, |r| r.point(place)).unwrap().unwrap();
        let other = with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |r| r.point(place)).unwrap().unwrap();
        assert!((one.0 - other.0).abs() < 1e-9 && (one.1 - other.1).abs() < 1e-9, "{one:?} {other:?}");
        assert_eq!(format!("{pipeline:?}"), "Pipeline(2 steps)");
    }

    #[test]
    fn what_is_no_pipeline_is_refused() {
        assert_eq!(Pipeline::parse("EPSG:4610"), Err(PipelineFault::NoPipeline));
        assert_eq!(Pipeline::parse("+proj=pipeline +step +init=epsg:4610"), Err(PipelineFault::NamesAFile));
        assert_eq!(Pipeline::parse("+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd"), Err(PipelineFault::NamesAFile));
        assert_eq!(Pipeline::parse("+proj=pipeline\0"), Err(PipelineFault::NotAscii));
        let nonsense = Pipeline::parse("+proj=pipeline +step +proj=nothing").unwrap();
        assert!(with_pipeline(&nonsense, |_| ()).is_err());
    }
}
