// Three made-up proposals on open ground, to try the check with: one that breaks a binding clause, one that cannot be decided
// while the provincial table is not loaded, one that passes. They claim nothing of any real plant.
import type { Polygon } from 'geojson'
import { emptyForm, type Answer, type ProposalForm } from './proposal'

export type ExampleName = 'unmet' | 'undetermined' | 'met'

const WEST = 120.76
const SOUTH = 30.74
/** Degrees of a metre at 30.74° north, along the parallel and along the meridian. */
const LON = 1 / 95_800
const LAT = 1 / 110_870

/** A rectangle `x`, `y` metres from the corner, `width` by `depth` metres, sides along the meridians. */
function rectangle(x: number, y: number, width: number, depth: number): Polygon {
  const west = WEST + x * LON
  const south = SOUTH + y * LAT
  const east = west + width * LON
  const north = south + depth * LAT
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
  return { type: 'Polygon', coordinates: [ring.map(([lon = 0, lat = 0]) => [round(lon), round(lat)])] }
}

function round(degrees: number): number {
  return Math.round(degrees * 1e8) / 1e8
}

function form(name: string, storeys: number, depth: number, isGeneralPurpose: Answer): ProposalForm {
  const building = (ordinal: number, x: number) => ({
    name: `${ordinal} 号楼`,
    footprint: rectangle(x, 10, 80, depth),
    storeys,
    storeyHeight: 4.5,
  })
  return {
    ...emptyForm(),
    name,
    land: rectangle(0, 0, 200, 120),
    buildings: [building(1, 10), building(2, 110)],
    industry: '35',
    flags: { upgrade_approved: 'yes', general_purpose_factory: isGeneralPurpose, conforms_to_plan: 'yes', innovative_industrial: 'no' },
    // 1 200 ÷ 24 000 = 5 % of the land and 1 500 m² of floor for offices; 12 % green.
    areas: { structures_m2: 0, yard_m2: 0, office_land_m2: 1_200, office_floor_m2: 1_500, green_m2: 2_880 },
  }
}

/** The example of that name. Land 200 m × 120 m = 36 亩; two buildings of 80 m by a given depth. */
export function exampleOf(name: ExampleName): ProposalForm {
  switch (name) {
    case 'unmet':
      // 2 × 80 × 100 ÷ 24 000 = 66.7 % of the ground, one storey.
      return form('示例：单层满铺', 1, 100, 'yes')
    case 'undetermined':
      // 2 × 80 × 70 × 4 ÷ 24 000 = 1.87: enough for the general floor; the table's floor is not known.
      return form('示例：四层通用厂房', 4, 70, 'yes')
    case 'met':
      return form('示例：四层专用厂房', 4, 70, 'no')
  }
}
