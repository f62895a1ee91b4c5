// The outline of a parcel as an SVG path: north up, true to shape at its latitude, with a scale bar. For the printed card, without WebGL.
import type { Geometry, Position } from 'geojson'

export interface Sketch {
  path: string
  width: number
  height: number
  /** The scale bar: its length on the sheet and what it stands for. */
  bar: { length: number; metres: number }
}

const METRES_PER_DEGREE = 111_320

/** The sketch of a polygon within a box of `size` units with a margin; null for other geometries. */
export function sketchOf(geometry: Geometry, size: number, margin: number): Sketch | null {
  const polygons =
    geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : []
  const points = polygons.flat(2)
  if (points.length === 0) return null
  const lons = points.map(([lon = 0]) => lon)
  const lats = points.map(([, lat = 0]) => lat)
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)]
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const widthM = (east - west) * METRES_PER_DEGREE * narrowing
  const heightM = (north - south) * METRES_PER_DEGREE
  const unitsPerMetre = (size - 2 * margin) / Math.max(widthM, heightM, 1)
  const place = ([lon = 0, lat = 0]: Position) => {
    const x = margin + (lon - west) * METRES_PER_DEGREE * narrowing * unitsPerMetre
    const y = margin + (north - lat) * METRES_PER_DEGREE * unitsPerMetre
    return `${x.toFixed(1)} ${y.toFixed(1)}`
  }
  const path = polygons
    .flat(1)
    .map((ring) => `M${ring.slice(0, -1).map(place).join('L')}Z`)
    .join('')
  const metres = roundBelow(Math.max(widthM, heightM) / 3)
  return {
    path,
    width: widthM * unitsPerMetre + 2 * margin,
    height: heightM * unitsPerMetre + 2 * margin,
    bar: { length: metres * unitsPerMetre, metres },
  }
}

/** The largest of 1, 2, 5 × 10ⁿ that is not above the length. */
function roundBelow(length: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(length, 1)))
  return ([5, 2, 1].find((step) => step * unit <= length) ?? 1) * unit
}
