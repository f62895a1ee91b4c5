// The layers of the three kinds: a tint, a hatch, an outline, below zoom 12 a dot for what is under a pixel, and squares where a
// tile holds too many to draw and says how much land lies in each square instead.
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { Kind } from '@/api/types'
import { HATCHES, SOURCES, type TileLayer } from '../ids'
import { COLOURS, KIND_COLOURS } from '../palette'

/** Below this zoom the kinds are dots. */
export const AREAS_FROM_ZOOM = 12

/** The leftover of an approval is its own tile layer; the two other kinds are parcels with that kind counted. */
function tileLayerOf(kind: Kind): TileLayer {
  return kind === 'approved_not_supplied' ? 'leftovers' : 'parcels'
}

function filterOf(kind: Kind): { filter?: ExpressionSpecification } {
  return kind === 'approved_not_supplied' ? {} : { filter: ['==', ['get', 'kind'], kind] }
}

/** What a square says of one kind: its 亩. Leftovers are all of one kind. */
function sumOf(kind: Kind): string {
  return kind === 'approved_not_supplied' ? 'area_mu' : `${kind}_area_mu`
}

/** Grounds of a kind as points: those the tile keeps as points because they are under a pixel; of leftovers, which are few, all. */
function dotLayerOf(kind: Kind): string {
  return kind === 'approved_not_supplied' ? 'leftovers_label' : 'parcels_tiny'
}

/** The more 亩 in a square the denser its tint; a square of a thousand 亩 is all but opaque. */
function squareLayer(kind: Kind): LayerSpecification {
  const sum: ExpressionSpecification = ['to-number', ['coalesce', ['get', sumOf(kind)], 0]]
  return {
    id: `${kind}-grid`,
    type: 'fill',
    source: SOURCES.city,
    'source-layer': `${tileLayerOf(kind)}_grid`,
    filter: ['>', sum, 0],
    paint: {
      'fill-color': KIND_COLOURS[kind].fill,
      'fill-opacity': ['interpolate', ['linear'], ['ln', ['+', 1, sum]], 0, 0.12, 7, 0.85],
    },
  }
}

/** Where neighbours are merged: the tint of single ones, so that coming closer changes the outline and not the colour. */
function blockLayer(kind: Kind): LayerSpecification {
  return {
    id: `${kind}-block`,
    type: 'fill',
    source: SOURCES.city,
    'source-layer': `${tileLayerOf(kind)}_block`,
    ...filterOf(kind),
    paint: { 'fill-color': KIND_COLOURS[kind].fill, 'fill-opacity': 0.9, 'fill-antialias': false },
  }
}

/** The 亩 of what is merged or summed, where most of it lies. Kinds stand one below the other. */
export function sumLayer(kind: Kind, fonts: string[]): LayerSpecification {
  const sum: ExpressionSpecification = ['to-number', ['coalesce', ['get', sumOf(kind)], 0]]
  return {
    id: `${kind}-sum`,
    type: 'symbol',
    source: SOURCES.city,
    'source-layer': `${tileLayerOf(kind)}_sum`,
    filter: ['>=', sum, 0.5],
    layout: {
      'text-field': ['concat', ['number-format', ['round', sum], {}], ' 亩'],
      'text-font': fonts,
      'text-size': 11,
      'text-offset': [0, { approved_not_supplied: -1.2, supplied_not_used: 0, underused: 1.2 }[kind]],
      // Where there is no room for all the largest are told.
      'symbol-sort-key': ['-', 0, sum],
      'text-padding': 4,
    },
    paint: { 'text-color': KIND_COLOURS[kind].ink, 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
  }
}

/** Squares, blocks, tint, hatch, outline and dot of one kind. */
export function kindLayers(kind: Kind): LayerSpecification[] {
  const { fill, ink } = KIND_COLOURS[kind]
  const layer = tileLayerOf(kind)
  const areas = { source: SOURCES.city, 'source-layer': layer, ...filterOf(kind) }
  return [
    squareLayer(kind),
    blockLayer(kind),
    {
      id: `${kind}-fill`,
      type: 'fill',
      ...areas,
      paint: { 'fill-color': fill, 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 10, 0.9, 14, 0.4] },
    },
    {
      id: `${kind}-hatch`,
      type: 'fill',
      ...areas,
      minzoom: AREAS_FROM_ZOOM,
      paint: { 'fill-pattern': HATCHES[kind], 'fill-opacity': 0.75 },
    },
    {
      id: `${kind}-line`,
      type: 'line',
      ...areas,
      paint: { 'line-color': ink, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.4, 14, 1.4] },
    },
    {
      id: `${kind}-dot`,
      type: 'circle',
      source: SOURCES.city,
      'source-layer': dotLayerOf(kind),
      ...filterOf(kind),
      maxzoom: AREAS_FROM_ZOOM,
      paint: {
        'circle-color': fill,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 1.5, 10, 2.4, 12, 4.5],
        'circle-stroke-color': ink,
        'circle-stroke-width': 0.6,
      },
    },
  ]
}

const whenSelected: ExpressionSpecification = ['case', ['boolean', ['feature-state', 'selected'], false], 1, 0]

/** The red outline of what is selected, in every tile layer that can be. */
export const selectionLayers: LayerSpecification[] = (['parcels', 'leftovers', 'projects'] as const).flatMap((layer) => [
  {
    id: `${layer}-selected-casing`,
    type: 'line' as const,
    source: SOURCES.city,
    'source-layer': layer,
    paint: { 'line-color': '#ffffff', 'line-width': 6, 'line-opacity': whenSelected },
  },
  {
    id: `${layer}-selected`,
    type: 'line' as const,
    source: SOURCES.city,
    'source-layer': layer,
    paint: { 'line-color': COLOURS.selection, 'line-width': 3, 'line-opacity': whenSelected },
  },
])
