//! The records of the registers, built from rows.

use super::{Readable, row::RowReader};
use crate::register::*;

macro_rules! later {
    ($($record:ty => $kind:ident;)*) => {$(
        impl Readable for $record {
            const KIND: RegisterKind = RegisterKind::$kind;
            fn build(_: &mut RowReader<'_>) -> Option<Self> { None }
            fn key(&self) -> String { String::new() }
        }
    )*};
}
later! {
    DivisionRecord => Divisions; ParcelRecord => Parcels; BuildingRecord => Buildings; ApprovalRecord => Approvals;
    SupplyRecord => Supplies; ZoneRecord => Zones; ProjectRecord => Projects; ProjectEventRecord => ProjectEvents;
    TargetRecord => Targets;
}
