// The summary of the server laid out as the rows of the legend: one row a layer, with its count and its 亩.
// Counts and areas are the server's; nothing is added up here.
import type { Kind, Summary, TileJson } from '@/api/types'
import { KINDS } from './kinds'

/** Everything that can be switched on the map. The order is the order of the rows. */
export const MAP_LAYERS = [
  'approved_not_supplied',
  'supplied_not_used',
  'underused',
  'undetermined',
  'parcels',
  'buildings',
  'zones',
  'projects',
  'divisions',
] as const
export type MapLayer = (typeof MAP_LAYERS)[number]

export interface LegendRow {
  layer: MapLayer
  kind: Kind | 'undetermined' | null
  count: number | null
  areaM2: number | null
  observedOn: string | null
  withoutGeometry: number
}

/** The rows of the legend: of the city or of one county, as the summary was asked for. */
export function legendRows(summary: Summary): LegendRow[] {
  return MAP_LAYERS.map((layer): LegendRow => {
    const row: LegendRow = { layer, kind: null, count: null, areaM2: null, observedOn: null, withoutGeometry: 0 }
    if ((KINDS as readonly string[]).includes(layer)) {
      const total = summary.kinds.find((candidate) => candidate.kind === layer)
      return { ...row, kind: layer as Kind, count: total?.count ?? 0, areaM2: total?.area_m2 ?? 0 }
    }
    if (layer === 'undetermined') return { ...row, kind: 'undetermined', count: summary.undetermined.parcels }
    const register = summary.layers.find((candidate) => candidate.id === layer)
    if (!register) return row
    return {
      ...row,
      count: register.count,
      areaM2: register.area_m2 ?? null,
      observedOn: register.observed_on ?? null,
      withoutGeometry: register.without_geometry ?? 0,
    }
  })
}

/** How tiles show a layer: one by one from a zoom on, before that in blocks, before that in squares. */
export interface TileZooms {
  drawnFrom: number
  /** Null when there are none. */
  blocksFrom: number | null
  squaresFrom: number | null
}

/** What the tiles say of a layer of theirs; null when they do not hold it. */
export function tileZooms(tiles: TileJson, layer: string): TileZooms | null {
  const from = (id: string) => tiles.vector_layers.find((candidate) => candidate.id === id)?.minzoom ?? null
  const drawnFrom = from(layer)
  if (drawnFrom === null) return null
  return { drawnFrom, blocksFrom: from(`${layer}_block`), squaresFrom: from(`${layer}_grid`) }
}
