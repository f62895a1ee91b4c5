//! A planted city of a million parcels and two million buildings: how long it takes to build, what it weighs, and how many tiles of
//! each zoom a thread writes in a second of processor time. `PARCELS=100000` for a smaller one, `ONLY=1` for parcels alone.
//!
//! Processor time, and of each tile the best of a few runs, because the machine may be busy with something else.
#![allow(clippy::unwrap_used)]

use std::time::Instant;

use mujun_tiles::{
    ColumnKind, ColumnSchema, LayerBuilder, LayerSchema, Place, Ring, Scratch, Selection, TileAddress, TileLayer, Value, encode,
};

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit)) as u32
    }
}

const KINDS: [&str; 4] = ["", "approved_not_supplied", "supplied_not_used", "underused"];

fn parcels(count: u32) -> LayerBuilder {
    let schema = LayerSchema {
        columns: vec![
            ColumnSchema::new("kind", ColumnKind::Category),
            ColumnSchema::new("division_code", ColumnKind::Category).from_zoom(13),
            ColumnSchema::new("parcel_code", ColumnKind::Text).from_zoom(14),
            ColumnSchema::new("undetermined", ColumnKind::Integer).from_zoom(14),
            ColumnSchema::new("plot_ratio", ColumnKind::Number).from_zoom(14),
            ColumnSchema::new("area_mu", ColumnKind::Number).from_zoom(14),
        ],
        classes: KINDS[1..].iter().map(|kind| (*kind).to_owned()).collect(),
        class_key: Some("kind".to_owned()),
        weight: "mu".to_owned(),
        weights_per_unit: 10_000,
        ..LayerSchema::new("parcels")
    };
    let mut builder = LayerBuilder::new(schema);
    let mut dice = Dice(7);
    let across = f64::from(count).sqrt().ceil() as u32;
    // Jiaxing is some 85 km by 50 km; parcels fill it.
    let (step_x, step_y) = (0.9 / f64::from(across), 0.45 / f64::from(across));
    for number in 0..count {
        let (column, row) = (number % across, number / across);
        let (west, south) = (120.4 + f64::from(column) * step_x, 30.5 + f64::from(row) * step_y);
        let crooked = |dice: &mut Dice| f64::from(dice.below(1000)) / 12_000.0;
        let corners = [(0.05, 0.05), (0.5, 0.02), (0.95, 0.05), (0.97, 0.5), (0.9, 0.9), (0.5, 0.93), (0.05, 0.9), (0.02, 0.5)];
        builder.begin(u64::from(number) + 1);
        builder.ring(
            Ring::Exterior,
            corners.map(|(x, y)| {
                Place::from_degrees(west + (x + crooked(&mut dice)) * step_x, south + (y + crooked(&mut dice)) * step_y)
            }),
        );
        let kind = if dice.below(10) < 3 { dice.below(3) + 1 } else { 0 };
        let area = u64::from(dice.below(90_000)) + 10_000;
        builder.weigh(kind.checked_sub(1).map(|kind| kind as u8), area);
        builder.set(0, Value::Text(KINDS[kind as usize]));
        builder.set(
            1,
            Value::Text(["330402", "330411", "330421", "330424", "330481", "330482", "330483"][(column * 7 / across) as usize]),
        );
        builder.set(2, Value::Text(&format!("330402001001GB{number:08}")));
        builder.set(3, Value::Integer(i64::from(dice.below(4))));
        builder.set(4, Value::Number(f64::from(dice.below(3000)) / 1001.0));
        builder.set(5, Value::Number(area as f64 / 10_000.0));
        builder.end();
    }
    builder
}

fn buildings(count: u32) -> LayerBuilder {
    let schema = LayerSchema {
        columns: vec![ColumnSchema::new("storeys", ColumnKind::Integer)],
        drawn_from: 12,
        blocks_from: 12,
        ..LayerSchema::new("buildings")
    };
    let mut builder = LayerBuilder::new(schema);
    let mut dice = Dice(8);
    let across = f64::from(count).sqrt().ceil() as u32;
    let (step_x, step_y) = (0.9 / f64::from(across), 0.45 / f64::from(across));
    for number in 0..count {
        let (column, row) = (number % across, number / across);
        let (west, south) = (120.4 + f64::from(column) * step_x, 30.5 + f64::from(row) * step_y);
        builder.begin(u64::from(number) + 1);
        let corners = [(0.2, 0.2), (0.7, 0.25), (0.68, 0.8), (0.18, 0.75)];
        builder.ring(Ring::Exterior, corners.map(|(x, y)| Place::from_degrees(west + x * step_x, south + y * step_y)));
        builder.set(0, Value::Integer(i64::from(dice.below(12)) + 1));
        builder.end();
    }
    builder
}

/// Processor time of all threads of this program, to a hundredth of a second.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), processor());
    let done = work();
    println!("{what}: {:.3} s, of the processors {:.2} s", start.elapsed().as_secs_f64(), processor() - before);
    done
}

fn build(name: &str, gathered: LayerBuilder) -> TileLayer {
    let layer = timed(&format!("  {name} in order"), || TileLayer::build(gathered));
    let layer = timed(&format!("  {name} in blocks"), || layer.with_blocks());
    println!("  {name}: blocks from zoom {}, drawn from zoom {}", layer.blocks_from(), layer.drawn_from());
    layer
}

fn main() {
    let count: u32 = std::env::var("PARCELS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let (plots, houses) = timed("gathered by one thread", || (parcels(count), buildings(count * 2)));
    let (plots, houses) = timed("built", || (build("parcels", plots), build("buildings", houses)));
    println!("memory: parcels {} MB, buildings {} MB", plots.memory() >> 20, houses.memory() >> 20);

    let mut one = LayerBuilder::new(plots.schema().clone());
    one.begin(u64::from(count / 2));
    let centre = Place::from_degrees(120.85, 30.72);
    one.ring(
        Ring::Exterior,
        [(0, 0), (5000, 0), (5000, 5000), (0, 5000)].map(|(x, y)| Place { x: centre.x + x, y: centre.y + y }),
    );
    one.end();
    let changed = timed("one edit", || plots.with_changes(&[17], one.clone()));
    timed("one edit more", || changed.layer.with_changes(&[18], one));

    println!("zoom  tiles per processor second   mean µs   p99 µs   largest kB   mean kB");
    let mut scratch = Scratch::default();
    let wanted = |row: mujun_tiles::Row<'_>| row.class() == Some(2);
    for filtered in [false, true] {
        println!("{}", if filtered { "-- parcels of one class" } else { "-- everything" });
        for zoom in 5..=17_u8 {
            let filter: Option<&(dyn Fn(mujun_tiles::Row<'_>) -> bool + Sync)> = if filtered { Some(&wanted) } else { None };
            let selected = [Selection { filter, ..Selection::all(&plots) }, Selection::all(&houses)];
            let alone = filtered || std::env::var("ONLY").is_ok();
            let selected = if alone { &selected[..1] } else { &selected[..] };
            let mut dice = Dice(u64::from(zoom));
            let mut tiles: Vec<TileAddress> = (0..200)
                .map(|_| {
                    let (x, y) = (f64::from(dice.below(1000)) / 1160.0, f64::from(dice.below(1000)) / 2440.0);
                    TileAddress::holding(Place::from_degrees(120.42 + x, 30.52 + y), zoom)
                })
                .collect();
            tiles.sort_unstable();
            tiles.dedup();
            let (mut best, mut bytes, mut largest) = (vec![f64::INFINITY; tiles.len()], 0, 0);
            let (mut written, before) = (0, processor());
            for round in 0.. {
                for (tile, best) in tiles.iter().zip(&mut best) {
                    let start = Instant::now();
                    let tile = encode(*tile, selected, &mut scratch);
                    *best = best.min(start.elapsed().as_secs_f64());
                    written += 1;
                    bytes += tile.len();
                    largest = largest.max(tile.len());
                    std::hint::black_box(tile);
                }
                if round >= 4 && processor() - before > 0.15 {
                    break;
                }
            }
            let rate = f64::from(written) / (processor() - before);
            best.sort_unstable_by(f64::total_cmp);
            println!(
                "z{zoom:<3} {rate:>27.0} {:>9.1} {:>8.1} {:>12.1} {:>9.1}",
                1e6 / rate,
                best[best.len() * 99 / 100] * 1e6,
                largest as f64 / 1024.0,
                bytes as f64 / f64::from(written) / 1024.0,
            );
        }
    }
}
