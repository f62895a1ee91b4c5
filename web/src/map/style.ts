// The whole style of the map, as data: no basemap, no glyph address, no sprite. Everything comes from our own origin.
import type { StyleSpecification } from 'maplibre-gl'
import { KINDS } from '@/domain/kinds'
import type { MapLayer } from '@/domain/legend'
import { SOURCES, TILE_LAYERS } from './ids'
import {
  buildingLayers,
  divisionFill,
  divisionLines,
  parcelLayers,
  projectLayers,
  proposalLayers,
  undeterminedLayers,
  zoneLayers,
} from './layers/areas'
import { kindLayers, selectionLayers } from './layers/kinds'
import { labelLayers } from './layers/labels'
import { COLOURS } from './palette'

const EMPTY = { type: 'FeatureCollection', features: [] } as const

/** Path of the tiles; all layers of one tile come in one answer. */
export const TILE_PATH = `/tiles/${TILE_LAYERS.join(',')}/{z}/{x}/{y}`

/** The style, with tiles taken from `origin` (scheme, host and port of the page: the worker needs a whole address). */
export function buildStyle(origin: string): StyleSpecification {
  return {
    version: 8,
    sources: {
      [SOURCES.city]: { type: 'vector', tiles: [`${origin}${TILE_PATH}`], minzoom: 5, maxzoom: 16 },
      [SOURCES.divisions]: { type: 'geojson', data: EMPTY as never },
      [SOURCES.divisionLabels]: { type: 'geojson', data: EMPTY as never },
      [SOURCES.proposal]: { type: 'geojson', data: EMPTY as never },
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': COLOURS.outside } },
      divisionFill,
      ...zoneLayers,
      ...parcelLayers,
      ...undeterminedLayers,
      ...[...KINDS].reverse().flatMap(kindLayers),
      ...buildingLayers,
      ...projectLayers,
      ...divisionLines,
      ...proposalLayers,
      ...selectionLayers,
      ...labelLayers,
    ],
  }
}

/** The style layers that one row of the legend switches: those named after it. The selection is never switched off. */
export function styleLayersOf(layer: MapLayer, all: readonly string[]): string[] {
  const own = all.filter((id) => id.startsWith(`${layer}-`) && !id.includes('-selected'))
  // The label of a leftover goes with its kind; the tile layer has another name than the kind.
  return layer === 'approved_not_supplied' ? [...own, 'leftovers-text'] : own.filter((id) => id !== 'divisions-fill')
}

