// Arithmetic of the screen map: bounds of a collection, and the scale a zoom stands for. Degrees in, no projection library.
import type { FeatureCollection, Position } from 'geojson'

/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number]

/** The bounds of everything in a collection; null when there is no coordinate. */
export function boundsOf(collection: FeatureCollection): Bounds | null {
  const bounds: Bounds = [Infinity, Infinity, -Infinity, -Infinity]
  const visit = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return
    if (typeof coordinates[0] === 'number') {
      const [lon = 0, lat = 0] = coordinates as Position
      bounds[0] = Math.min(bounds[0], lon)
      bounds[1] = Math.min(bounds[1], lat)
      bounds[2] = Math.max(bounds[2], lon)
      bounds[3] = Math.max(bounds[3], lat)
      return
    }
    coordinates.forEach(visit)
  }
  for (const { geometry } of collection.features) {
    if (geometry && 'coordinates' in geometry) visit(geometry.coordinates)
  }
  return Number.isFinite(bounds[0]) ? bounds : null
}

/** CSS defines 96 pixels an inch. */
const METRES_PER_PIXEL_ON_SCREEN = 0.0254 / 96
const EQUATOR = 40_075_016.686
const TILE_SIZE = 512

/** The denominator of the scale at a latitude (1 : n) for a Web Mercator zoom, rounded to two figures. */
export function scaleDenominator(zoom: number, lat: number): number {
  const metresPerPixel = (EQUATOR * Math.cos((lat * Math.PI) / 180)) / (TILE_SIZE * 2 ** zoom)
  const exact = metresPerPixel / METRES_PER_PIXEL_ON_SCREEN
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1)
  return Math.round(exact / unit) * unit
}
