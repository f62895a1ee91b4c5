// The layers of the three kinds: a tint, a hatch, an outline, and below zoom 12 a dot, since a parcel is then under a few pixels.
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

/** Tint, hatch, outline and dot of one kind. */
export function kindLayers(kind: Kind): LayerSpecification[] {
  const { fill, ink } = KIND_COLOURS[kind]
  const layer = tileLayerOf(kind)
  const areas = { source: SOURCES.city, 'source-layer': layer, ...filterOf(kind) }
  return [
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
      'source-layer': `${layer}_label`,
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
