//! The mappings that come with the program, as they stand in `geodata/mappings/`.

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        /// Names of the mappings that come with the program.
        pub const BUILT_IN_NAMES: &[&str] = &[$($name),*];

        /// The text of a mapping that comes with the program.
        pub(super) fn text(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"), "/geodata/mappings/", $name, ".toml"
                ))),)*
                _ => None,
            }
        }
    };
}

built_in![
    "divisions-standard",
    "parcels-standard",
    "buildings-standard",
    "approvals-standard",
    "supplies-standard",
    "zones-standard",
    "projects-standard",
    "project-events-standard",
    "targets-standard",
    "supply-events-standard",
    "deductions-standard",
    "enterprises-standard",
    "occupancies-standard",
    "enterprise-years-standard",
    "sample-parcels",
    "sample-buildings",
    "sample-approvals",
    "sample-supplies",
    "sample-zones",
    "sample-projects",
    "sample-project-events",
    "sample-targets",
    "sample-supply-events",
    "sample-deductions",
    "sample-enterprises",
    "sample-occupancies",
    "sample-enterprise-years",
    "jiaxing-osm-landuse",
    "landchina-2017",
    "landchina-2019",
    "cambridge-parcels",
    "plateau-buildings",
];

#[cfg(test)]
mod tests {
    use super::{BUILT_IN_NAMES, text};
    use crate::{ingest::Mapping, register::RegisterKind};

    #[test]
    fn every_built_in_mapping_is_sound() {
        for name in BUILT_IN_NAMES {
            if let Err(faults) = Mapping::parse(name, text(name).unwrap()) {
                panic!("{name}: {faults:#?}");
            }
        }
    }

    #[test]
    fn every_register_has_a_standard_mapping() {
        for kind in RegisterKind::ALL {
            assert_eq!(Mapping::standard(kind).kind, kind);
        }
    }
}
