//! A city of any size, written straight into the registers: only for measuring speed, so it says nothing about how files are
//! read. Deterministic: everything follows from the number of the block and the lot.
//!
//! Blocks of 40 lots in streets, each block turned a little. Lots share bent boundaries vertex by vertex. Of the lots 3 % have a
//! pond (hole) and some a second part across the street; of the buildings some cross a boundary, stand exactly on one, have a
//! courtyard, or overlap another. Approvals are whole blocks; most lots are supplied.

use std::error::Error;

use mujun_geometry::area::{ellipsoidal_area, planar_area};
use mujun_geometry::crs::Crs;
use mujun_geometry::geo::{Coord, LineString, MultiPolygon, Polygon};
use mujun_geometry::reproject::with_reprojector;
use mujun_geometry::surface::Surface;
use mujun_geometry::wkb::encode_ewkb_into;
use rayon::prelude::*;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, PgPool, Row};

const COLUMNS: usize = 8;
const ROWS: usize = 5;
/// Lots in a block.
pub const LOTS: usize = COLUMNS * ROWS;
const PITCH: (f64, f64) = (45.0, 65.0);
const STREET: f64 = 70.0;
/// Somewhere in the middle of the city, EPSG:4549.
const CENTRE: Coord<f64> = Coord { x: 571_800.0, y: 3_403_500.0 };

type Failure = Box<dyn Error + Send + Sync>;

/// How many rows there are of what.
#[derive(Clone, Copy, Debug)]
pub struct Planted {
    pub parcels: usize,
    pub buildings: usize,
    pub approvals: usize,
    pub supplies: usize,
    pub vertices: usize,
}

/// Numbers that follow from what they are for.
struct Dice(u64);

impl Dice {
    fn of(parts: [usize; 4]) -> Dice {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        for part in parts {
            dice.0 ^= (part as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

/// One block: where its corners are.
struct Block {
    number: usize,
    origin: Coord<f64>,
    turn: (f64, f64),
}

impl Block {
    fn new(number: usize, blocks: usize) -> Block {
        let across = (blocks as f64).sqrt().ceil() as usize;
        let (column, row) = (number % across, number / across);
        let size = (PITCH.0 * COLUMNS as f64 + STREET, PITCH.1 * ROWS as f64 + STREET);
        let half = across as f64 / 2.0;
        let origin = CENTRE + Coord { x: (column as f64 - half) * size.0, y: (row as f64 - half) * size.1 };
        let angle = Dice::of([number, 0, 0, 1]).between(-0.08, 0.08);
        Block { number, origin, turn: angle.sin_cos() }
    }

    fn at(&self, x: f64, y: f64) -> Coord<f64> {
        let (sin, cos) = self.turn;
        let millimetre = |v: f64| (v * 1e3).round() / 1e3;
        Coord { x: millimetre(self.origin.x + x * cos - y * sin), y: millimetre(self.origin.y + x * sin + y * cos) }
    }

    fn corner(&self, i: usize, j: usize) -> Coord<f64> {
        let mut dice = Dice::of([self.number, i, j, 2]);
        self.at(i as f64 * PITCH.0 + dice.between(-2.0, 2.0), j as f64 * PITCH.1 + dice.between(-2.0, 2.0))
    }

    /// The bend of the side to the right of corner (i, j), or above it.
    fn bend(&self, i: usize, j: usize, side: Side) -> Option<Coord<f64>> {
        let mut dice = Dice::of([self.number, i, j, 3 + side as usize]);
        if dice.share() > 0.4 {
            return None;
        }
        let shift = dice.between(-0.8, 0.8);
        let (x, y) = (i as f64 * PITCH.0, j as f64 * PITCH.1);
        Some(match side {
            Side::Right => self.at(x + PITCH.0 * 0.5, y + shift),
            Side::Up => self.at(x + shift, y + PITCH.1 * 0.5),
        })
    }

    /// The boundary of the lots from (i, j) to (i + w, j + h), anticlockwise and open.
    fn outline(&self, i: usize, j: usize, w: usize, h: usize) -> Vec<Coord<f64>> {
        let mut ring = Vec::with_capacity(4 * (w + h));
        for k in i..i + w {
            ring.push(self.corner(k, j));
            ring.extend(self.bend(k, j, Side::Right));
        }
        for k in j..j + h {
            ring.push(self.corner(i + w, k));
            ring.extend(self.bend(i + w, k, Side::Up));
        }
        for k in (i..i + w).rev() {
            ring.push(self.corner(k + 1, j + h));
            ring.extend(self.bend(k, j + h, Side::Right));
        }
        for k in (j..j + h).rev() {
            ring.push(self.corner(i, k + 1));
            ring.extend(self.bend(i, k, Side::Up));
        }
        ring
    }

    fn lot(&self, i: usize, j: usize) -> MultiPolygon<f64> {
        let mut dice = Dice::of([self.number, i, j, 5]);
        let quad = self.quad(i, j);
        let mut holes = Vec::new();
        if dice.share() < 0.03 {
            let (u, v) = (0.96, 0.5);
            let round = (0..8).map(|k| {
                let (sin, cos) = (f64::from(k) * std::f64::consts::FRAC_PI_4).sin_cos();
                let centre = within(&quad, u - 0.06, v);
                Coord { x: centre.x - cos * 1.2, y: centre.y + sin * 1.2 }
            });
            holes.push(closed(round.collect()));
        }
        let mut parts = vec![Polygon::new(closed(self.outline(i, j, 1, 1)), holes)];
        if j == 0 && dice.share() < 0.12 {
            let (x, y) = ((i as f64 + 0.3) * PITCH.0, -24.0);
            let ring = vec![self.at(x, y), self.at(x + 15.0, y), self.at(x + 15.0, y + 12.0), self.at(x, y + 12.0)];
            parts.push(Polygon::new(closed(ring), Vec::new()));
        }
        MultiPolygon(parts)
    }

    fn quad(&self, i: usize, j: usize) -> [Coord<f64>; 4] {
        [self.corner(i, j), self.corner(i + 1, j), self.corner(i + 1, j + 1), self.corner(i, j + 1)]
    }

    fn buildings(&self, i: usize, j: usize) -> Vec<Body> {
        let mut dice = Dice::of([self.number, i, j, 6]);
        let quad = self.quad(i, j);
        let count = match dice.share() {
            s if s < 0.25 => 1,
            s if s < 0.76 => 2,
            _ => 3,
        };
        let slot = 1.0 / count as f64;
        let mut found = Vec::with_capacity(count);
        for k in 0..count {
            let (mut u0, mut u1) = (dice.between(0.1, 0.2), dice.between(0.7, 0.85));
            let (mut v0, v1) = ((k as f64 + 0.1) * slot, (k as f64 + dice.between(0.6, 0.9)) * slot);
            match dice.share() {
                // Across the boundary, onto the neighbour's yard or the street.
                s if s < 0.06 => (u0, u1) = (0.5, 1.06),
                // Exactly on the boundary; the lowest of them into the corner.
                s if s < 0.11 => (u0, v0) = (0.0, if k == 0 { 0.0 } else { v0 }),
                // Under another roof.
                s if s < 0.13 && k > 0 => v0 -= 0.2 * slot,
                _ => {}
            }
            let shape: &[(f64, f64)] = match dice.share() {
                s if s < 0.5 => &[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
                s if s < 0.75 => &[(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.6, 0.5), (0.6, 1.0), (0.0, 1.0)],
                s if s < 0.92 => {
                    &[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.7, 1.0), (0.7, 0.4), (0.3, 0.4), (0.3, 1.0), (0.0, 1.0)]
                }
                _ => &[
                    (0.0, 0.0),
                    (0.4, 0.0),
                    (0.4, 0.1),
                    (0.6, 0.1),
                    (0.6, 0.0),
                    (1.0, 0.0),
                    (1.0, 1.0),
                    (0.6, 1.0),
                    (0.6, 0.9),
                    (0.4, 0.9),
                    (0.4, 1.0),
                    (0.0, 1.0),
                ],
            };
            let place = |&(u, v): &(f64, f64)| within(&quad, u0 + (u1 - u0) * u, v0 + (v1 - v0) * v);
            let ring: Vec<Coord<f64>> = shape.iter().map(place).collect();
            let mut holes = Vec::new();
            if shape.len() == 4 && dice.share() < 0.08 {
                let yard = [(0.3, 0.3), (0.3, 0.7), (0.7, 0.7), (0.7, 0.3)];
                holes.push(closed(yard.iter().map(place).collect()));
            }
            let mut parts = vec![Polygon::new(closed(ring), holes)];
            if dice.share() < 0.02 {
                // A shed that belongs to it, in the strip along the left boundary.
                let shed = [(0.02, 0.1), (0.08, 0.1), (0.08, 0.5), (0.02, 0.5)];
                let slot0 = k as f64 * slot;
                if u0 > 0.09 {
                    parts.push(Polygon::new(
                        closed(shed.iter().map(|(u, v)| within(&quad, *u, slot0 + v * slot)).collect()),
                        Vec::new(),
                    ));
                }
            }
            found.push(Body {
                outline: MultiPolygon(parts),
                storeys: 1 + (dice.next() % 6) as i32,
                height: if dice.share() < 0.1 { None } else { Some((dice.between(3.0, 12.0) * 10.0).round() / 10.0) },
            });
        }
        found
    }
}

struct Body {
    outline: MultiPolygon<f64>,
    storeys: i32,
    height: Option<f64>,
}

#[derive(Clone, Copy)]
enum Side {
    Right,
    Up,
}

fn within(quad: &[Coord<f64>; 4], u: f64, v: f64) -> Coord<f64> {
    quad[0] * ((1.0 - u) * (1.0 - v)) + quad[1] * (u * (1.0 - v)) + quad[2] * (u * v) + quad[3] * ((1.0 - u) * v)
}

fn closed(mut ring: Vec<Coord<f64>>) -> LineString<f64> {
    ring.push(ring[0]);
    LineString(ring)
}

/// A surface as it is stored, with its two areas.
struct Ground {
    wkb: Vec<u8>,
    ellipsoidal_m2: f64,
    planar_m2: f64,
    vertices: usize,
}

fn ground(planar: MultiPolygon<f64>) -> Result<Ground, Failure> {
    let planar = Surface::from_trusted(planar, Crs::CGCS2000_GK_120E)?;
    let stored = with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |r| r.multi_polygon(planar.multi_polygon()))??;
    let stored = Surface::from_trusted(stored, Crs::CGCS2000)?;
    let mut wkb = Vec::new();
    encode_ewkb_into(&stored, &mut wkb);
    let rings = stored.multi_polygon().iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let vertices = rings.map(|ring| ring.0.len()).sum();
    Ok(Ground { wkb, ellipsoidal_m2: ellipsoidal_area(&stored), planar_m2: planar_area(&planar), vertices })
}

/// Rows of a binary COPY.
#[derive(Default)]
struct Rows {
    bytes: Vec<u8>,
    count: usize,
    vertices: usize,
}

impl Rows {
    fn row(&mut self, fields: i16) {
        self.bytes.extend_from_slice(&fields.to_be_bytes());
        self.count += 1;
    }

    fn field(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
        self.bytes.extend_from_slice(bytes);
    }

    fn number(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.field(&value.to_be_bytes()),
            None => self.bytes.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }

    fn ground(&mut self, ground: &Ground) {
        self.number(Some(ground.ellipsoidal_m2));
        self.number(Some(ground.planar_m2));
        self.field(&ground.wkb);
        self.vertices += ground.vertices;
    }

    fn origin(&mut self, import_id: i64, row: usize) {
        self.field(&import_id.to_be_bytes());
        self.field(&(row as i32).to_be_bytes());
    }
}

const PARCELS: &str = "copy parcel (division_code, parcel_code, industry_edition, industry_code, documentary_area_m2,
    ellipsoidal_area_m2, planar_area_m2, geom, import_id, source_row) from stdin (format binary)";
const BUILDINGS: &str = "copy building (division_code, building_code, storeys_above, storey_height_m,
    ellipsoidal_area_m2, planar_area_m2, geom, import_id, source_row) from stdin (format binary)";
const APPROVALS: &str = "copy approval (division_code, approval_number, approved_on,
    ellipsoidal_area_m2, planar_area_m2, geom, import_id, source_row) from stdin (format binary)";
const SUPPLIES: &str = "copy supply (division_code, supply_code, parcel_code, contract_signed_on, construction_state,
    contract_far_min, documentary_area_m2, import_id, source_row) from stdin (format binary)";

/// Writes a city of about `parcels` parcels. The divisions must be there, and one import to hang the rows on.
pub async fn plant(options: &PgConnectOptions, pool: &PgPool, parcels: usize) -> Result<Planted, Failure> {
    let import_id: i64 = sqlx::query_scalar("select min(import_id) from import").fetch_one(pool).await?;
    let divisions: Vec<String> = sqlx::query_scalar("select division_code from division order by 1").fetch_all(pool).await?;
    let blocks = parcels.div_ceil(LOTS).max(1);
    let division = |block: usize| divisions[block * divisions.len() / blocks].as_bytes();
    let year_2020 = 7_305_i32.to_be_bytes();

    let indexes = drop_indexes(pool).await?;
    let parcels = copy(options, PARCELS, blocks, |block, rows| {
        for (number, (i, j)) in lots() {
            let ground = ground(block.lot(i, j))?;
            let mut dice = Dice::of([block.number, i, j, 7]);
            rows.row(10);
            rows.field(division(block.number));
            rows.field(format!("P{:09}", block.number * LOTS + number).as_bytes());
            rows.field("GB/T 4754-2017".as_bytes());
            rows.field(["17", "26", "33", "34", "35", "38", "39"][(dice.next() % 7) as usize].as_bytes());
            rows.number((dice.share() < 0.9).then(|| (ground.ellipsoidal_m2 * 100.0).round() / 100.0));
            rows.ground(&ground);
            rows.origin(import_id, block.number * LOTS + number + 1);
        }
        Ok(())
    })
    .await?;
    let buildings = copy(options, BUILDINGS, blocks, |block, rows| {
        for (number, (i, j)) in lots() {
            for (k, body) in block.buildings(i, j).into_iter().enumerate() {
                rows.row(9);
                rows.field(division(block.number));
                rows.field(format!("B{:09}-{k}", block.number * LOTS + number).as_bytes());
                rows.field(&body.storeys.to_be_bytes());
                rows.number(body.height);
                rows.ground(&ground(body.outline)?);
                rows.origin(import_id, block.number * LOTS + number + 1);
            }
        }
        Ok(())
    })
    .await?;
    let approvals = copy(options, APPROVALS, blocks, |block, rows| {
        rows.row(8);
        rows.field(division(block.number));
        rows.field(format!("A{:06}", block.number).as_bytes());
        rows.field(&year_2020);
        let outline = Polygon::new(closed(block.outline(0, 0, COLUMNS, ROWS)), Vec::new());
        rows.ground(&ground(MultiPolygon(vec![outline]))?);
        rows.origin(import_id, block.number + 1);
        Ok(())
    })
    .await?;
    let supplies = copy(options, SUPPLIES, blocks, |block, rows| {
        let supplied = if Dice::of([block.number, 0, 0, 8]).share() < 0.9 { 1.0 } else { 0.7 };
        for (number, (i, j)) in lots() {
            let mut dice = Dice::of([block.number, i, j, 9]);
            if dice.share() < supplied {
                rows.row(9);
                rows.field(division(block.number));
                rows.field(format!("S{:09}", block.number * LOTS + number).as_bytes());
                rows.field(format!("P{:09}", block.number * LOTS + number).as_bytes());
                rows.field(&year_2020);
                rows.field("finished".as_bytes());
                rows.number((dice.share() < 0.8).then_some(1.0));
                rows.number(None);
                rows.origin(import_id, block.number * LOTS + number + 1);
            }
        }
        Ok(())
    })
    .await?;
    for index in indexes {
        sqlx::query(sqlx::AssertSqlSafe(index)).execute(pool).await?;
    }
    for table in ["parcel", "building", "approval", "supply"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("vacuum (analyze) {table}"))).execute(pool).await?;
    }
    Ok(Planted {
        parcels: parcels.0,
        buildings: buildings.0,
        approvals: approvals.0,
        supplies: supplies.0,
        vertices: parcels.1 + buildings.1 + approvals.1,
    })
}

/// Which file of an office is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Parcels,
    Buildings,
}

/// Writes `rows` rows of the city as text with the ground in hexadecimal, in the columns of the standard mapping.
pub fn write_csv(sheet: Sheet, rows: usize, path: &std::path::Path) -> Result<(), Failure> {
    use std::io::Write;

    let (header, types) = match sheet {
        Sheet::Parcels => {
            ("宗地代码,坐落,土地使用权人,用途代码,行业代码,宗地面积,geom", "String,String,String,String,String,Real,WKT")
        }
        Sheet::Buildings => ("建筑编号,宗地代码,建筑用途,地上层数,建筑高度,geom", "String,String,String,Integer,Real,WKT"),
    };
    std::fs::write(path.with_extension("csvt"), types)?;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{header}")?;
    let blocks = rows.div_ceil(LOTS).max(1);
    let mut left = rows;
    let numbers: Vec<usize> = (0..blocks).collect();
    for batch in numbers.chunks(256) {
        let made: Vec<Vec<String>> =
            batch.par_iter().map(|number| lines(sheet, &Block::new(*number, blocks))).collect::<Result<_, Failure>>()?;
        for line in made.into_iter().flatten().take(left) {
            writeln!(file, "{line}")?;
            left -= 1;
        }
    }
    Ok(file.flush()?)
}

fn lines(sheet: Sheet, block: &Block) -> Result<Vec<String>, Failure> {
    let hex = |wkb: &[u8]| wkb.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let mut found = Vec::new();
    for (number, (i, j)) in lots() {
        let n = block.number * LOTS + number;
        let code = format!("330402{:03}001GB{:05}", n / 100_000, n % 100_000);
        if sheet == Sheet::Parcels {
            let ground = ground(block.lot(i, j))?;
            let mut dice = Dice::of([block.number, i, j, 7]);
            let industry = ["17", "26", "33", "34", "35", "38", "39"][(dice.next() % 7) as usize];
            let hex = hex(&ground.wkb);
            let area = ground.ellipsoidal_m2;
            found.push(format!("{code},工业路{}号,第{n}号企业,0601,{industry},{area:.2},{hex}", n % 997));
            continue;
        }
        for (k, body) in block.buildings(i, j).into_iter().enumerate() {
            let height = body.height.map(|height| height.to_string()).unwrap_or_default();
            let hex = hex(&ground(body.outline)?.wkb);
            found.push(format!("B{n:09}-{k},{code},厂房,{},{height},{hex}", body.storeys));
        }
    }
    Ok(found)
}

fn lots() -> impl Iterator<Item = (usize, (usize, usize))> {
    (0..LOTS).map(|number| (number, (number % COLUMNS, number / COLUMNS)))
}

/// Takes the indexes off that are not constraints, and answers how to make them again.
async fn drop_indexes(pool: &PgPool) -> Result<Vec<String>, Failure> {
    let rows = sqlx::query(
        "select indexname, indexdef from pg_indexes
         where tablename in ('parcel', 'building', 'approval', 'supply') and indexname not like '%pkey'",
    )
    .fetch_all(pool)
    .await?;
    let mut again = Vec::new();
    for row in rows {
        sqlx::query(sqlx::AssertSqlSafe(format!("drop index {}", row.get::<&str, _>(0)))).execute(pool).await?;
        again.push(row.get(1));
    }
    Ok(again)
}

async fn copy(
    options: &PgConnectOptions,
    statement: &'static str,
    blocks: usize,
    write: impl Fn(&Block, &mut Rows) -> Result<(), Failure> + Sync,
) -> Result<(usize, usize), Failure> {
    let mut conn = PgConnection::connect_with(options).await?;
    // The rows refer to what is there; checking three million of them one by one would take a minute.
    sqlx::query("set session_replication_role = replica").execute(&mut conn).await?;
    let mut sink = conn.copy_in_raw(statement).await?;
    let mut header = b"PGCOPY\n\xff\r\n\0".to_vec();
    header.extend_from_slice(&[0; 8]);
    sink.send(header.as_slice()).await?;
    let (mut count, mut vertices) = (0, 0);
    let numbers: Vec<usize> = (0..blocks).collect();
    for batch in numbers.chunks(256) {
        let made: Vec<Rows> = batch
            .par_iter()
            .map(|number| {
                let mut rows = Rows::default();
                write(&Block::new(*number, blocks), &mut rows)?;
                Ok(rows)
            })
            .collect::<Result<_, Failure>>()?;
        for rows in made {
            count += rows.count;
            vertices += rows.vertices;
            sink.send(rows.bytes.as_slice()).await?;
        }
    }
    sink.send(&(-1_i16).to_be_bytes()[..]).await?;
    sink.finish().await?;
    conn.close().await?;
    Ok((count, vertices))
}
