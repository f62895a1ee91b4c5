// Layers of areas: counties, plan zones, projects, parcels, buildings, and the ground of a proposal. Bottom to top within each.
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { SOURCES, type TileLayer } from '../ids'
import { COLOURS, ZONE_COLOURS, ZONE_OTHER } from '../palette'

const inTiles = (layer: TileLayer) => ({ source: SOURCES.city, 'source-layer': layer }) as const

export const divisionFill: LayerSpecification = {
  id: 'divisions-fill',
  type: 'fill',
  source: SOURCES.divisions,
  paint: { 'fill-color': COLOURS.inside },
}

/** The county line: a pale casing under a dash-dot, as on survey maps. */
export const divisionLines: LayerSpecification[] = [
  {
    id: 'divisions-casing',
    type: 'line',
    source: SOURCES.divisions,
    paint: { 'line-color': COLOURS.divisionHalo, 'line-width': 4, 'line-opacity': 0.8 },
  },
  {
    id: 'divisions-line',
    type: 'line',
    source: SOURCES.divisions,
    paint: { 'line-color': COLOURS.divisionLine, 'line-width': 1.4, 'line-dasharray': [6, 2, 1, 2] },
  },
]

const zoneColour = [
  'match',
  ['slice', ['to-string', ['get', 'zone_type_code']], 0, 2],
  ...ZONE_COLOURS.flatMap(([prefix, colour]) => [prefix, colour]),
  ZONE_OTHER,
] as unknown as ExpressionSpecification

export const zoneLayers: LayerSpecification[] = [
  { id: 'zones-fill', type: 'fill', ...inTiles('zones'), paint: { 'fill-color': zoneColour, 'fill-opacity': 0.35 } },
  {
    id: 'zones-line',
    type: 'line',
    ...inTiles('zones'),
    minzoom: 11,
    paint: { 'line-color': '#8f8a7c', 'line-width': 0.6, 'line-dasharray': [3, 2] },
  },
]

const landInSquare: ExpressionSpecification = ['to-number', ['coalesce', ['get', 'area_mu'], 0]]

/** Parcels at every zoom: squares, blocks, then one by one. A city in which nothing is flagged is not a blank map. */
export const parcelLayers: LayerSpecification[] = [
  {
    id: 'parcels-grid',
    type: 'fill',
    source: SOURCES.city,
    'source-layer': 'parcels_grid',
    filter: ['>', landInSquare, 0],
    paint: {
      'fill-color': COLOURS.parcelLine,
      'fill-opacity': ['interpolate', ['linear'], ['ln', ['+', 1, landInSquare]], 0, 0.1, 8, 0.5],
    },
  },
  {
    // Too small for an outline, too few for squares.
    id: 'parcels-dot',
    type: 'circle',
    source: SOURCES.city,
    'source-layer': 'parcels_tiny',
    filter: ['==', ['coalesce', ['get', 'kind'], ''], ''],
    paint: {
      'circle-color': COLOURS.parcelLine,
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 0.8, 12, 1.6],
    },
  },
  {
    id: 'parcels-block',
    type: 'fill',
    source: SOURCES.city,
    'source-layer': 'parcels_block',
    filter: ['==', ['get', 'kind'], ''],
    paint: { 'fill-color': COLOURS.parcelFill, 'fill-opacity': 0.75, 'fill-antialias': false },
  },
  {
    id: 'parcels-fill',
    type: 'fill',
    ...inTiles('parcels'),
    filter: ['==', ['coalesce', ['get', 'kind'], ''], ''],
    paint: { 'fill-color': COLOURS.parcelFill, 'fill-opacity': 0.75 },
  },
  {
    id: 'parcels-line',
    type: 'line',
    ...inTiles('parcels'),
    minzoom: 11,
    filter: ['==', ['coalesce', ['get', 'kind'], ''], ''],
    paint: { 'line-color': COLOURS.parcelLine, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.3, 16, 1] },
  },
]

const unknownAndUnflagged: ExpressionSpecification = [
  'all',
  ['>', ['to-number', ['coalesce', ['get', 'undetermined'], 0]], 0],
  ['==', ['coalesce', ['get', 'kind'], ''], ''],
]

/** Parcels about which a rule could not be answered: violet and dashed, unlike a pass and unlike a breach. */
export const undeterminedLayers: LayerSpecification[] = [
  {
    id: 'undetermined-fill',
    type: 'fill',
    ...inTiles('parcels'),
    filter: unknownAndUnflagged,
    paint: { 'fill-color': COLOURS.undeterminedFill, 'fill-opacity': 0.55 },
  },
  {
    id: 'undetermined-line',
    type: 'line',
    ...inTiles('parcels'),
    minzoom: 11,
    filter: unknownAndUnflagged,
    paint: { 'line-color': COLOURS.undeterminedLine, 'line-width': 1.2, 'line-dasharray': [2, 2] },
  },
]

/** Faint while a building is a few pixels, so that the kinds under it are seen. */
const buildingOpacity: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 12, 0.2, 14, 0.5]

/** Tiles hold buildings from the zoom on that the legend tells: first in blocks, where they are many. */
export const buildingLayers: LayerSpecification[] = [
  {
    id: 'buildings-block',
    type: 'fill',
    source: SOURCES.city,
    'source-layer': 'buildings_block',
    paint: { 'fill-color': COLOURS.building, 'fill-opacity': buildingOpacity, 'fill-antialias': false },
  },
  {
    id: 'buildings-fill',
    type: 'fill',
    ...inTiles('buildings'),
    paint: { 'fill-color': COLOURS.building, 'fill-opacity': buildingOpacity },
  },
  {
    id: 'buildings-line',
    type: 'line',
    ...inTiles('buildings'),
    minzoom: 14,
    paint: { 'line-color': COLOURS.buildingLine, 'line-width': 0.6 },
  },
]

export const projectLayers: LayerSpecification[] = [
  {
    id: 'projects-fill',
    type: 'fill',
    ...inTiles('projects'),
    paint: { 'fill-color': COLOURS.project, 'fill-opacity': 0.08 },
  },
  {
    id: 'projects-line',
    type: 'line',
    ...inTiles('projects'),
    paint: { 'line-color': COLOURS.project, 'line-width': 1.8, 'line-dasharray': [4, 1.5] },
  },
]

export const proposalLayers: LayerSpecification[] = [
  {
    id: 'proposal-land-fill',
    type: 'fill',
    source: SOURCES.proposal,
    filter: ['==', ['get', 'role'], 'land'],
    paint: { 'fill-color': COLOURS.proposalLand, 'fill-opacity': 0.12 },
  },
  {
    id: 'proposal-building-fill',
    type: 'fill',
    source: SOURCES.proposal,
    filter: ['==', ['get', 'role'], 'building'],
    paint: { 'fill-color': COLOURS.proposalBuilding, 'fill-opacity': 0.3 },
  },
  {
    id: 'proposal-line',
    type: 'line',
    source: SOURCES.proposal,
    paint: {
      'line-color': ['match', ['get', 'role'], 'land', COLOURS.proposalLand, COLOURS.proposalBuilding],
      'line-width': ['match', ['get', 'role'], 'land', 2.5, 1.5],
    },
  },
]
