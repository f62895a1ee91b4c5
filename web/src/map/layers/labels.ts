// Labels, from the point layers of the tiles and of the counties: one label a feature, never one a tile piece.
import type { LayerSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import { KINDS } from '@/domain/kinds'
import { SOURCES, type TileLayer } from '../ids'
import { COLOURS } from '../palette'
import { sumLayer } from './kinds'

// With no `glyphs` in the style every letter is drawn from the reader's own fonts, in this order.
const FONTS = ['Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'sans-serif']

const HALO = { 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 } as const

function label(
  layer: TileLayer,
  minzoom: number,
  layout: SymbolLayerSpecification['layout'],
  colour: string,
): LayerSpecification {
  return {
    id: `${layer}-text`,
    type: 'symbol',
    source: SOURCES.city,
    'source-layer': `${layer}_label`,
    minzoom,
    layout: { 'text-font': FONTS, 'text-size': 12, 'text-max-width': 9, ...layout },
    paint: { 'text-color': colour, ...HALO },
  }
}

const mu = ['concat', ['number-format', ['to-number', ['get', 'area_mu']], { 'max-fraction-digits': 1 }], ' 亩']

export const labelLayers: LayerSpecification[] = [
  ...KINDS.map((kind) => sumLayer(kind, FONTS)),
  label('zones', 13, { 'text-field': ['get', 'zone_type_name'], 'text-size': 11 }, '#6b6350'),
  label('parcels', 15, { 'text-field': ['case', ['has', 'area_mu'], mu, ''] as never }, COLOURS.text),
  label('leftovers', 14, { 'text-field': ['case', ['has', 'area_mu'], mu, ''] as never }, COLOURS.text),
  label('projects', 13, { 'text-field': ['get', 'name'], 'text-offset': [0, 1.2] }, '#1c5a0a'),
  {
    id: 'divisions-text',
    type: 'symbol',
    source: SOURCES.divisionLabels,
    maxzoom: 13.5,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONTS,
      'text-size': ['interpolate', ['linear'], ['zoom'], 8, 13, 12, 18],
      'text-letter-spacing': 0.12,
      'text-allow-overlap': true,
    },
    paint: { 'text-color': '#3c4248', 'text-halo-color': '#ffffff', 'text-halo-width': 2 },
  },
]
